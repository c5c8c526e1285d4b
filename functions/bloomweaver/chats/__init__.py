"""Chats: questions of a subject and what was answered, each checked when it is read. See docs/ask.md."""
