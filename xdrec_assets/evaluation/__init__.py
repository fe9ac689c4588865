"""Stage evaluation: metrics, leaderboard, champion and the report."""
