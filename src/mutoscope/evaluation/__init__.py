"""Evaluation: exact measurements of what clips do, and scorecards of them."""
