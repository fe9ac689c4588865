"""What proves speed and quality: each runs alone and prints a table."""
