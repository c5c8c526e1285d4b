"""What each state of the state machines does, a module a state. Each takes the ports it needs and returns plain data."""
