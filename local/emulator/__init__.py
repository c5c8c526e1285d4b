"""The AWS emulator: MiniStack with a state that survives its death, and with what the template needs of it."""
