"""The run kit: everything that two trainings of different networks have in common."""
