"""A small language model behind an OpenAI-compatible address on this machine: to see real tokens stream, and not for
answers, of which most are wrong."""
