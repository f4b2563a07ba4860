"""Pictures of photos in other sizes, and parts of them, made in a process with bounds."""
