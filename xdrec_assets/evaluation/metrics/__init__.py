"""What rankings are measured by: each metric with its definition, its source and the cases where it is undefined."""
