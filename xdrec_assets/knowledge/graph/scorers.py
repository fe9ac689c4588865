"""How models say that a fact is true: from one end and the relation to a point, and from there to the other end.

Every model answers both directions of a question by a *query* made of the known end and the relation, and a *match*
of the query with candidates, so that all entities can be scored by one product or one table of distances. Vectors of
complex numbers keep their real parts in the first half and their imaginary parts in the second.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Scorer(Protocol):
    """A model's way to score facts."""

    is_distance: bool  # scores are negative distances, and a margin says which distance is undecided

    def relation_size(self, size: int) -> int:
        """Numbers that a relation has where an entity has `size`."""
        ...

    def query(self, anchor: Tensor, relation: Tensor, sign: Tensor) -> Tensor:
        """Where the other end should be, (…, d). sign: (…, 1), 1 where the anchor is the head, -1 where the tail."""
        ...

    def match(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Scores (…, n, m), higher is likelier, of queries (…, n, d) with candidates (…, m, d)."""
        ...

    def match_own(self, query: Tensor, candidate: Tensor) -> Tensor:
        """Scores (…, n) of queries (…, n, d) with one candidate each."""
        ...


class TransE:
    """head + relation is near tail, by the sum of absolute differences (Bordes et al., 2013, eq. 1)."""

    is_distance = True

    def relation_size(self, size: int) -> int:
        """A translation."""
        return size

    def query(self, anchor: Tensor, relation: Tensor, sign: Tensor) -> Tensor:
        """The head moved along the relation, or the tail back."""
        return anchor + sign * relation

    def match(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Minus the sums of absolute differences."""
        return -torch.cdist(query, candidates, p=1.0)

    def match_own(self, query: Tensor, candidate: Tensor) -> Tensor:
        """The same, one candidate each."""
        return -(query - candidate).abs().sum(-1)


class RotatE:
    """The head, turned by the relation's angles, is near the tail (Sun et al., 2019, eq. 2 and 3)."""

    is_distance = True

    def relation_size(self, size: int) -> int:
        """An angle for each complex number."""
        return size // 2

    def query(self, anchor: Tensor, relation: Tensor, sign: Tensor) -> Tensor:
        """The head turned by the angles, or the tail turned back."""
        return complex_product(anchor, torch.cos(relation), sign * torch.sin(relation))

    def match(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Minus the sums of the moduli of complex differences."""
        return self.match_own(query.unsqueeze(-2), candidates.unsqueeze(-3))

    def match_own(self, query: Tensor, candidate: Tensor) -> Tensor:
        """The same, one candidate each."""
        real, imaginary = (query - candidate).chunk(2, dim=-1)
        return -(real * real + imaginary * imaginary + 1e-12).sqrt().sum(-1)


class ComplEx:
    """Re <head, relation, conjugate of tail> (Trouillon et al., 2016, eq. 9 to 11)."""

    is_distance = False

    def relation_size(self, size: int) -> int:
        """A complex number for each of an entity."""
        return size

    def query(self, anchor: Tensor, relation: Tensor, sign: Tensor) -> Tensor:
        """The head times the relation, or the tail times its conjugate."""
        real, imaginary = relation.chunk(2, dim=-1)
        return complex_product(anchor, real, sign * imaginary)

    def match(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Inner products."""
        return query @ candidates.transpose(-1, -2)

    def match_own(self, query: Tensor, candidate: Tensor) -> Tensor:
        """The same, one candidate each."""
        return (query * candidate).sum(-1)


class InnerProduct(ComplEx):
    """Both ends' inner product, whatever the relation (He et al., 2020, LightGCN, eq. 7)."""

    def query(self, anchor: Tensor, relation: Tensor, sign: Tensor) -> Tensor:  # noqa: ARG002
        """The known end as it is."""
        return anchor


def complex_product(numbers: Tensor, real: Tensor, imaginary: Tensor) -> Tensor:
    """Complex numbers (…, d) times real + i imaginary (…, d / 2)."""
    a, b = numbers.chunk(2, dim=-1)
    return torch.cat([a * real - b * imaginary, a * imaginary + b * real], dim=-1)
