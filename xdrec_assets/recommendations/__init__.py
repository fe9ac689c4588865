"""Stage recommendations: what is served to whom, with the reason."""
