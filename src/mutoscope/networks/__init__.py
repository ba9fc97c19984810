"""Blocks that networks are made of; they know shapes, not meanings."""
