"""Stage joined: all platforms together. Identities, people, items, interactions, and the past as of a date."""
