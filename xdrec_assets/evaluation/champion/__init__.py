"""Which ranker may be served on each platform, and why."""
