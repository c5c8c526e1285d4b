"""The fault run: that its parts do what its verdict relies on."""
