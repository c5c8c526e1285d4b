"""The `bloomweaver` command: runs the stack of one machine, and talks to the API of any."""
