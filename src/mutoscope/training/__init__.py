"""One trainer for everything that learns; it knows no family, codec or network by name."""
