"""Turn platforms, so that what is alike on them lies close."""
