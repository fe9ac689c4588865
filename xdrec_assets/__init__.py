"""Floor 3: the pipeline, one folder per stage, upstream first."""
