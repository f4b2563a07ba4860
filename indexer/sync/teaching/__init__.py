"""Teachers: other programs that read photos, tried on checked words before they may label others."""
