"""Who calls, and what they may do: tokens of people, signatures of machines, roles, and the API's policy."""
