"""What the design promises, read from the template and the definitions."""
