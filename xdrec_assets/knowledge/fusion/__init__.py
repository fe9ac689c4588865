"""Make one vector of what several sources know of an item."""
