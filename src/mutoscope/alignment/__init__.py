"""How well words and a clip fit: a text tower and a clip tower that meet in one space."""
