"""What the states of the state machines do. Each function takes the ports that it needs and returns plain data."""
