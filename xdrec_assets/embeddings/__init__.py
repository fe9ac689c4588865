"""Stage embeddings: vectors of texts, once per distinct content and model."""
