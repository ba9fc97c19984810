"""Codecs turn codes into frames."""
