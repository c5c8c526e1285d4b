"""What the states do, on fakes of the ports."""
