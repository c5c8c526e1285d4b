"""Where the core meets Lambda: which adapter stands behind each port, what is logged, how an answer is sent."""
