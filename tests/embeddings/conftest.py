"""What tests of this stage share."""

from tests.embeddings.worlds import encoders

__all__ = ["encoders"]
