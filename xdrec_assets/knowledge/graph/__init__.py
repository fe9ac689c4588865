"""Graph encoders: entities of the knowledge graph as vectors."""
