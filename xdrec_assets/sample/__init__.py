"""Sample logs: a seeded, planted world of four platforms, laid out as the files that real platforms would land."""
