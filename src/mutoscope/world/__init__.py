"""The procedural, captioned source of clips: scripts, captions, collages, motion and exact truth."""
