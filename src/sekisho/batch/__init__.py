"""Many cases at once: tables in, the same decisions out."""
