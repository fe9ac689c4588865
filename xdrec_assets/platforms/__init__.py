"""Platforms as data: one YAML file each, and the models that read them."""
