"""What hardware is there, and what arithmetic pays on it."""


def chosen_device(device: str) -> str:
    """The device asked for; "auto" is cuda where there is one, else cpu."""
    import torch

    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device is {device!r}, expected auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device is cuda, but torch finds none here; set device to auto or cpu")
    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device


def chosen_precision(device: str) -> str:
    """bf16 where the hardware multiplies in it (AMX, AVX512-bf16, recent graphics cards), else fp32."""
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if bf16_capability() else "fp32"


def bf16_capability() -> str | None:
    """What the processor multiplies bf16 with: amx_bf16, avx512_bf16 (twice fp32's rate on a Zen 4), or nothing."""
    import torch

    can = torch.cpu.get_capabilities()
    return next((name for name in ("amx_bf16", "avx512_bf16") if can.get(name)), None)
