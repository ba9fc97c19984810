"""What a prompt says: its words, its timeline, its camera commands, and what of it cannot be done."""
