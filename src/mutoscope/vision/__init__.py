"""Seeing: optical flow, and where the subject of a photo is."""
