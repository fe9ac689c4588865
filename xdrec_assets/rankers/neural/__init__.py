"""Rankers that learn by gradient: networks over people's events, and one way to train them all."""
