"""Photos and videos on disk: opening, fitting, encoding."""
