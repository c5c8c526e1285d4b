"""Search: the index asked, and each hit checked against its record."""
