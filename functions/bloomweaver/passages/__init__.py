"""A document cut into passages, and where they lie between the states and after them."""
