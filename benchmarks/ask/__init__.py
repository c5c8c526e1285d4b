"""How good answers are: sets of questions whose answers are known, and what `extractive` makes of them."""
