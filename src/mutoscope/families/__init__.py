"""Families of generative model: each fills codes."""
