"""Live messages: what changes is told to those who watch it, and they can ask for what they missed."""
