"""Tune a text encoder so that texts which belong together lie close together, and keep it as a folder of its own.

Contrastive, with the other pairs of a batch as negatives, as in SimCSE (Gao, Yao and Chen, 2021) and E5 (Wang et al.,
2022). All weights learn, or low-rank adapters alone (LoRA, Hu et al., 2021), which are merged at the end. Weights and
optimiser stay in fp32; products run in bf16 where the hardware multiplies in it, unless the spec says otherwise. There
are no checkpoints: a run that is killed begins again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from resources.encoding.batching import pad
from resources.encoding.contrastive import TextPairs, drawn_batches, false_negatives, info_nce, log_shares
from resources.encoding.devices import chosen_device, chosen_precision
from resources.encoding.spec import EncoderSpec
from resources.encoding.tuned_model import TunableModel
from resources.encoding.tuning_settings import TrainingSettings

VALIDATION_BATCHES = 4
WARM_UP_SHARE = 0.1
LARGEST_GRADIENT = 1.0
OnStep = Callable[[int, int], None]
"""Called with (steps done, steps at most)."""


@dataclass(frozen=True)
class Training:
    """How a tuning went."""

    looks: list[tuple[int, float]]
    """Step, and the loss on the validation pairs then; step 0 is before tuning."""
    steps: int
    """Steps done; the weights kept are those of `best_step`."""
    seconds: float
    stopped: str
    """Why training ended."""
    ran_in: str
    """As in "bf16 on cuda"."""

    @property
    def best_step(self) -> int:
        """The step of the smallest validation loss, whose weights are kept; 0: tuning made nothing better."""
        return min(self.looks, key=lambda look: look[1])[0]


def tune(
    spec: EncoderSpec,
    texts: Sequence[str],
    training: TextPairs,
    validation: TextPairs,
    settings: TrainingSettings,
    device: str = "auto",
    network: bool = False,
    on_step: OnStep | None = None,
) -> tuple[TunableModel, Training]:
    """The spec's model, tuned on pairs of `texts` until it gets no better on the validation pairs.

    The same seed and the same number of threads give the same weights on a processor, unless `minutes` ends it early.

    Raises:
        ValueError: there are too few pairs, or the model is none that can be tuned.
    """
    import torch

    for name, pairs in (("training", training), ("validation", validation)):
        if len(pairs) < 2:
            raise ValueError(f"{len(pairs)} {name} pairs, expected 2 at least; wait for more choices, or tune nothing")
    device = chosen_device(device)
    devices = [torch.cuda.current_device()] if device == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(settings.seed)
        model = TunableModel.load(spec, settings.lora_rank, device, network)
        used = np.unique(np.concatenate([training.left, training.right, validation.left, validation.right]))
        tokens = model.tokens([texts[i] for i in used], settings.max_tokens)
        how = chosen_precision(device) if spec.precision == "auto" else spec.precision
        ids = dict(zip(used.tolist(), tokens, strict=True))
        outcome = _Run(model, ids, training, validation, settings, device, how == "bf16").to_the_end(on_step)
    model.merge()
    return model, outcome


@dataclass
class _Run:
    """One training, from step to step."""

    model: TunableModel
    ids: dict[int, np.ndarray]  # token ids of each text that a pair has
    training: TextPairs
    validation: TextPairs
    settings: TrainingSettings
    device: str
    in_bf16: bool

    def to_the_end(self, on_step: OnStep | None) -> Training:
        """Train, look at the validation pairs now and then, and put the best weights back."""
        import torch

        settings, began = self.settings, time.monotonic()
        weights = [weight for weight in self.model.network.parameters() if weight.requires_grad]
        optimiser = torch.optim.AdamW(weights, lr=settings.chosen_learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        looks, best, stopped = [(0, self._validation_loss())], _copied(weights), ""
        for step, batch in enumerate(self._batches(self.training, settings.steps), start=1):
            self._learn(batch, weights, optimiser)
            schedule.step()
            if on_step:
                on_step(step, settings.steps)
            minutes = (time.monotonic() - began) / 60
            if self._is_to_look(step, minutes):
                looks.append((step, self._validation_loss()))
                best = _copied(weights) if _looks_since_best(looks) == 0 else best
            if stopped := self._why_stop(step, minutes, looks):
                break
        _put_back(weights, best)
        ran_in = f"{'bf16' if self.in_bf16 else 'fp32'} on {self.device}"
        return Training(looks, step, time.monotonic() - began, stopped, ran_in)

    def _learn(self, batch: TextPairs, weights: Sequence[Any], optimiser: Any) -> None:
        """One step."""
        import torch

        self.model.network.train()
        self._loss(batch, self._shares).backward()
        torch.nn.utils.clip_grad_norm_(weights, LARGEST_GRADIENT)
        optimiser.step()
        optimiser.zero_grad()

    def _is_to_look(self, step: int, minutes: float) -> bool:
        is_last = step == self.settings.steps or minutes > (self.settings.minutes or np.inf)
        return is_last or step % self.settings.validate_every == 0

    def _why_stop(self, step: int, minutes: float, looks: Sequence[tuple[int, float]]) -> str:
        """Why this step is the last; empty where it is not."""
        if _looks_since_best(looks) >= self.settings.patience:
            return f"no better in {self.settings.patience} looks"
        if step == self.settings.steps:
            return "all steps done"
        return f"{self.settings.minutes:g} minutes are over" if minutes > (self.settings.minutes or np.inf) else ""

    def _rate(self, step: int) -> float:
        """Share of the learning rate: up in a tenth of the steps, then down in a straight line."""
        warm = max(1, round(WARM_UP_SHARE * self.settings.steps))
        return min((step + 1) / warm, (self.settings.steps - step) / max(1, self.settings.steps - warm), 1.0)

    @cached_property
    def _shares(self) -> np.ndarray | None:
        return log_shares(self.training) if self.settings.popularity_correction else None

    def _batches(self, pairs: TextPairs, n: int) -> Iterator[TextPairs]:
        settings, rng = self.settings, np.random.default_rng(self.settings.seed)
        return islice(drawn_batches(pairs, settings.batch_size, settings.across_share, rng), n)

    def _validation_loss(self) -> float:
        """Mean loss on the same few batches every time; without the correction, which is of training alone."""
        import torch

        self.model.network.eval()
        with torch.no_grad():
            batches = self._batches(self.validation, VALIDATION_BATCHES)
            return float(np.mean([self._loss(batch, None).item() for batch in batches]))

    def _loss(self, batch: TextPairs, shares: np.ndarray | None) -> Any:
        import torch

        with torch.autocast(self.device, torch.bfloat16, enabled=self.in_bf16):
            left, right = (self._vectors(side) for side in (batch.left, batch.right))
        is_false = torch.from_numpy(false_negatives(batch)).to(self.device)
        log_share = None if shares is None else torch.from_numpy(shares[batch.right]).to(self.device)
        return info_nce(left, right, self.settings.temperature, is_false, log_share)

    def _vectors(self, numbers: np.ndarray) -> Any:
        """Unit vectors (n, d) in fp32 of some texts; a text that stands twice is read once."""
        import torch

        distinct, row = np.unique(numbers, return_inverse=True)
        padded, mask = (torch.from_numpy(array).to(self.device) for array in pad([self.ids[i] for i in distinct]))
        return torch.nn.functional.normalize(self.model.pooled(padded, mask))[torch.from_numpy(row).to(self.device)]


def _looks_since_best(looks: Sequence[tuple[int, float]]) -> int:
    losses = [loss for _, loss in looks]
    return len(losses) - 1 - int(np.argmin(losses))


def _put_back(weights: Sequence[Any], kept: Sequence[Any]) -> None:
    import torch

    with torch.no_grad():
        for weight, former in zip(weights, kept, strict=True):
            weight.copy_(former)


def _copied(weights: Sequence[Any]) -> list[Any]:
    return [weight.detach().clone() for weight in weights]
