"""The report of an as-of date: one HTML file, and the same plots on the assets."""
