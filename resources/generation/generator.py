"""Let a language model answer prompts: what every generator offers, and the one place that chooses one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from resources.generation.spec import GeneratorSpec

Progress = Callable[[int, int, int], None]
"""Called with (prompts done, prompts in all, tokens read and written for those done)."""


@dataclass(frozen=True)
class Generated:
    """What a model wrote for one prompt, or why it wrote nothing."""

    text: str | None
    """None where the prompt was refused or broke the model."""
    n_tokens: int = 0
    """Tokens read and written."""
    reason: str | None = None
    """Why there is no text, or why it may not be whole."""

    @property
    def is_whole(self) -> bool:
        """Whether the model wrote until it was done."""
        return self.text is not None and self.reason is None


class TextGenerator(Protocol):
    """A language model that answers prompts."""

    @property
    def model(self) -> str:
        """Name of the model, part of the key of what is stored."""
        ...

    @property
    def revision(self) -> str:
        """Which weights exactly, part of the key of what is stored."""
        ...

    @property
    def variant(self) -> str:
        """How it writes, part of the key of what is stored."""
        ...

    @property
    def how(self) -> str:
        """How it runs, for people: as in "bf16 on cuda"."""
        ...

    def generate(self, prompts: Sequence[str], max_tokens: int, on_progress: Progress | None = None) -> list[Generated]:
        """An answer to each prompt, in their order, of at most `max_tokens` tokens."""
        ...


def model_and_revision(spec: GeneratorSpec) -> tuple[str, str]:
    """The names under which a generator's answers are kept, beside its variant; no model is loaded, no server asked.

    Raises:
        ValueError: the model is not there.
    """
    from resources.generation.files import find_generator_files

    if spec.endpoint:
        return spec.model, spec.revision or ""
    files = find_generator_files(spec.model)
    return files.model, files.revision


def text_generator(spec: GeneratorSpec) -> TextGenerator:
    """The generator that the settings name, its weights loaded.

    Raises:
        ValueError: the model is unknown or unsafe, or its endpoint may not be asked.
        FileNotFoundError: a hub model is not on this machine and may not be downloaded.
    """
    if spec.endpoint:
        from resources.generation.chat_endpoint import ChatGenerator

        return ChatGenerator.open(spec)
    from resources.generation.local import LocalGenerator

    return LocalGenerator.load(spec)
