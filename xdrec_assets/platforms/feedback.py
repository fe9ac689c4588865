"""Which of a platform's events say what became of what it showed: shown, clicked, converted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import Field, model_validator

from data_quality.yaml_model import Model


class Feedback(Model):
    """Event types by what they say of a showing; click-through and conversion are computed from them."""

    shown: Annotated[str, Field(min_length=1, description="the event type of an item being shown to somebody")]
    clicked: Annotated[list[str], Field(description="event types of following it up")] = []
    converted: Annotated[list[str], Field(description="event types of what it was shown for")] = []

    @model_validator(mode="after")
    def _says_what_became_of_it(self) -> Feedback:
        if not self.clicked and not self.converted:
            raise ValueError("neither clicked nor converted names an event type; name one, or take feedback out")
        for role, types in (("clicked", self.clicked), ("converted", self.converted)):
            if self.shown in types:
                raise ValueError(f"{self.shown} is both shown and {role}; a showing is not its own answer")
            if len(set(types)) < len(types):
                raise ValueError(f"{role} names an event type twice; name each once")
        return self

    def roles(self) -> list[tuple[str, str]]:
        """Each event type with what it says: shown, clicked, converted; one may be a click and a conversion."""
        answers = [(kind, role) for role in ("clicked", "converted") for kind in getattr(self, role)]
        return [(self.shown, "shown"), *answers]

    def check_types(self, known: Collection[str]) -> None:
        """Refuse event types that the platform's events do not have.

        Raises:
            ValueError: says which, and what there is.
        """
        if unknown := sorted({kind for kind, _ in self.roles()} - set(known)):
            found = f"feedback: unknown event type {', '.join(unknown)}"
            raise ValueError(f"{found}; sources.events.event_types has {', '.join(sorted(known))}")
