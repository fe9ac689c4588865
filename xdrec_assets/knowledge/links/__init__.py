"""Links between items of different platforms: the same product, or the same topic."""
