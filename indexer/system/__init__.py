"""The operating system: places on disk, priorities, logs."""
