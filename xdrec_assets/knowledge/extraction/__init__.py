"""What texts say: entities they mention, facts in them, topics of items, and what people are interested in."""
