"""Stage clean: typed, in UTC, deduplicated; what breaks a rule is set apart with the rule."""
