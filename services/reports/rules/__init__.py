"""What the figures mean: periods, words, and which cells are too small to be shown."""
