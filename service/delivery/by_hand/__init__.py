"""What a person brings: its packet, and the word of whoever brought it."""
