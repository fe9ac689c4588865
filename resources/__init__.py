"""Floor 1: the outside world. Lake, SQL engine, landing area, encoders; nothing here knows of recommendation."""
