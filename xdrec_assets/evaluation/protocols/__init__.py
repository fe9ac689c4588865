"""How a log is split into what is learned from, what settings are chosen by, and what is tested."""
