"""The same sentence, drawn by several models: clips side by side, in one page and in one video."""
