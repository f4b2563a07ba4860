"""Files and names of files: those of users read as text, and what is written complete or not at all."""
