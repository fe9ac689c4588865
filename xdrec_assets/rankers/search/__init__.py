"""Small validated searches for the settings of rankers."""
