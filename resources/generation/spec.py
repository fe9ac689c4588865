"""Which model writes, and how: all that decides what it answers, and so part of the key of what is stored."""

from typing import Literal

from pydantic import Field

from resources.model_spec import ModelSpec


class GeneratorSpec(ModelSpec):
    """A text generator as the settings name it."""

    OF_THE_SERVER = ("precision", "remote_code", "tokens_per_batch")
    KEY = "XDREC_GENERATOR_KEY"

    model: str = Field(
        min_length=1,
        description="A folder with a Hugging Face causal language model, owner/model@commit on the hub, "
        "or with an endpoint the name there",
    )
    endpoint: str | None = Field(
        default=None, description="Server with OpenAI's chat completions interface, such as vLLM, as in https://host/v1"
    )
    network: bool = Field(default=False, description="Whether a hub model may be downloaded, or an endpoint asked")
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto takes the graphics card where there is one"
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto", description="auto takes bf16 on a card that multiplies in it, else fp32"
    )
    temperature: float = Field(
        default=0.0, ge=0, le=2, description="0 writes the most likely token each time; more draws, seeded"
    )
    seed: int = Field(default=0, ge=0, description="Seed of the drawing")
    max_prompt_tokens: int = Field(
        default=4096, ge=16, description="Tokens read of a prompt; a longer one is refused, not cut"
    )
    tokens_per_batch: int = Field(
        default=16384, ge=1, description="Tokens of prompts and answers computed together; halved where memory is out"
    )
    remote_code: str | None = Field(
        default=None, description="The model's name once more, to allow it to bring code of its own"
    )

    @property
    def variant(self) -> str:
        """All but the weights that decides an answer, readable, as in "greedy 4096"; part of the key."""
        how = "greedy" if not self.temperature else f"temperature {self.temperature:g} seed {self.seed}"
        return f"{'endpoint ' if self.endpoint else ''}{how} {self.max_prompt_tokens}"
