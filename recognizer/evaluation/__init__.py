"""Error rates, confusions, reports and contact sheets."""
