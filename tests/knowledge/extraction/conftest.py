"""What tests of this package share."""

from tests.knowledge.extraction.shops import base

__all__ = ["base"]
