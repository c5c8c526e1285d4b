"""Records, index and backups compared, and mended."""
