"""Who may call, and who may not: tokens, signatures, roles, and what an attacker tries against them."""
