"""Weights on disk: folders that describe themselves."""
