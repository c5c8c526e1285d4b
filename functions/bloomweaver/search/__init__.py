"""Search: the legs of every index asked, fused, put in order, and each hit checked against its record."""
