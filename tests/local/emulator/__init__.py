"""The AWS emulator, whose state survives its death."""
