"""How a ranker uses other platforms: strategies that compose with any ranker that they suit."""
