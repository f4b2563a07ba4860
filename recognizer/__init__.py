"""Word images to readings: knows nothing of photos, folders, SQL or HTTP."""
