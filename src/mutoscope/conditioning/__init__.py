"""What a model is told: words on a timeline, the photo, and other wishes."""
