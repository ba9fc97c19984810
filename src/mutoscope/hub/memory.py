"""How a large model is fitted into the memory that is here, from roomy to frugal; each measure has a name."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

from mutoscope.devices import cpu_flags, memory

Precision = Literal["bf16", "fp16", "fp32"]
Placement = Literal["whole", "model offload", "group offload", "host"]  # "host": it stays there, to be trained
Bits = Literal[8, 4]
DENOISERS = ("transformer", "transformer_2", "unet")
_LIBRARIES: dict[Bits, str] = {8: "torchao", 4: "bitsandbytes"}
_KEPT: dict[Bits, float] = {8: 0.5, 4: 0.28}  # of the bytes of weights in 16 bits, scales included
_ROOM = 1.15  # of the weights, beside them: buffers, and what the allocator cannot use
_WORK = 3 * 2**30  # bytes that a clip of usual size takes beside the weights; a guess, not measured
_LEAST = 0.1  # of it, that even the smallest clip takes
# Classes whose denoiser the first-block cache was seen to work with.
_CACHED = ("WanPipeline", "WanImageToVideoPipeline", "LTXPipeline", "LTXImageToVideoPipeline", "MochiPipeline")
# Components that lose by half precision: Wan's decoder, as its authors run it.
_FINE = {"WanPipeline": ("vae",), "WanImageToVideoPipeline": ("vae",)}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where networks run, and how many bytes are free there and in the host."""

    accelerator: Literal["cuda", "mps", "cpu"]
    free: int
    host: int
    bf16: bool


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One way to run a model. All but the placement may change the frames a little."""

    precision: Precision
    placement: Placement = "whole"
    pieces: bool = False  # the decoder works tile by tile, or on few frames at once
    bits: Bits | None = None  # of the denoiser's weights; None: as its precision says
    cached: bool = False  # the denoiser's later blocks are skipped where the first one says that little changes

    def names(self) -> list[str]:
        """What the manifest says of it."""
        measures = {
            "VAE in pieces": self.pieces,
            f"{self.bits}-bit denoiser": self.bits is not None,
            "first-block cache": self.cached,
        }
        return [
            self.precision,
            *([self.placement] if self.placement != "whole" else []),
            *(name for name, used in measures.items() if used),
        ]


def this_machine() -> Machine:
    """What is here now."""
    import torch

    host = memory() or 0
    if torch.cuda.is_available():
        return Machine(
            accelerator="cuda", free=torch.cuda.mem_get_info()[0], host=host, bf16=torch.cuda.is_bf16_supported()
        )
    if torch.backends.mps.is_available():
        return Machine(accelerator="mps", free=host, host=host, bf16=True)
    return Machine(accelerator="cpu", free=host, host=host, bf16=bool({"amx_bf16", "avx512_bf16"} & cpu_flags()))


def settings(machine: Machine, pipeline: str) -> tuple[Setting, ...]:
    """All settings that work for a pipeline class on a machine, the roomiest first."""
    precision: Precision = "bf16" if machine.bf16 else "fp16" if machine.accelerator == "cuda" else "fp32"
    roomy = Setting(precision=precision)
    pieces = Setting(precision=precision, pieces=True)
    if machine.accelerator != "cuda":
        return (roomy, pieces, *([Setting(precision=precision, pieces=True, bits=8)] if can_quantise(8) else []))
    offload = Setting(precision=precision, pieces=True, placement="model offload")
    small = [
        Setting(precision=precision, pieces=True, placement="model offload", bits=bits)
        for bits in _LIBRARIES
        if can_quantise(bits)
    ]
    # Weights that cross the bus at every step are slow: there the cache pays most.
    streamed = Setting(precision=precision, pieces=True, placement="group offload", cached=pipeline in _CACHED)
    return (roomy, pieces, offload, *small, streamed)


def can_quantise(bits: Bits) -> bool:
    """Whether the library for weights of so many bits is installed."""
    return find_spec(_LIBRARIES[bits]) is not None


def needed(bytes_of: Mapping[str, int], setting: Setting, share: float = 1) -> int:
    """Bytes of memory for networks (on the accelerator, or in the host without one); `bytes_of` each component on disk.

    `share`: the clip's pixels in all frames, of those that the model was made for. Weights are counted as they lie on
    disk, so those stored in 32 bits are overestimated by half.
    """
    kept = 1.0 if setting.bits is None else _KEPT[setting.bits]
    sizes = {name: size * kept if name in DENOISERS else size for name, size in bytes_of.items()}
    work = _WORK * max(share, _LEAST) * (0.5 if setting.pieces else 1)
    match setting.placement:
        case "whole" | "host":
            return int(sum(sizes.values()) * _ROOM + work)
        case "model offload":
            return int(max(sizes.values(), default=0) * _ROOM + work)
        case "group offload":
            return int(work)


def needed_in_host(bytes_of: Mapping[str, int], setting: Setting) -> int:
    """Bytes of the host's memory for the weights that wait there until they are needed."""
    return 0 if setting.placement == "whole" else sum(bytes_of.values())


def fitting(bytes_of: Mapping[str, int], machine: Machine, pipeline: str, share: float = 1) -> tuple[Setting, ...]:
    """The settings from the roomiest that fits on, for a clip of that share (see `needed`); empty if none does."""
    ladder = settings(machine, pipeline)
    for number, setting in enumerate(ladder):
        if needed(bytes_of, setting, share) <= machine.free and needed_in_host(bytes_of, setting) <= machine.host:
            return ladder[number:]
    return ()


def load_options(setting: Setting, pipeline: str) -> dict[str, Any]:
    """What `from_pretrained` is told for a setting."""
    import torch

    kind = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}[setting.precision]
    fine = dict.fromkeys(_FINE.get(pipeline, ()), torch.float32)
    told: dict[str, Any] = {"dtype": {"default": kind, **fine} if fine else kind}
    if setting.bits is not None:
        from diffusers import PipelineQuantizationConfig

        quantised = _quantised(setting.bits, kind)
        told["quantization_config"] = PipelineQuantizationConfig(quant_mapping=dict.fromkeys(DENOISERS, quantised))
    return told


def _quantised(bits: Bits, kind: Any) -> Any:
    if bits == 4:
        from diffusers import BitsAndBytesConfig

        return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=kind)
    from diffusers import TorchAoConfig
    from torchao.quantization import Int8WeightOnlyConfig

    return TorchAoConfig(Int8WeightOnlyConfig())


def out_of_memory(error: BaseException) -> bool:
    """Torch tells of a full accelerator by a class of its own, of full host memory only by words."""
    import torch

    words = ("allocate memory", "out of memory", "not enough memory", "STATUS_ALLOC_FAILED")  # the last: cuBLAS, cuDNN
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)


def settle(pipe: Any, setting: Setting, machine: Machine) -> None:
    """Put a loaded pipeline where the setting says."""
    import torch

    if setting.pieces:
        for measure in ("enable_tiling", "enable_slicing"):
            with suppress(AttributeError, NotImplementedError):  # SVD's decoder can neither: see `call.py`
                getattr(pipe.vae, measure)()
    if setting.cached:
        _cache(pipe)
    match setting.placement:
        case "whole":
            if machine.accelerator != "cpu":
                pipe.to(machine.accelerator)
        case "model offload":
            pipe.enable_model_cpu_offload(device=machine.accelerator)
        case "group offload":
            pipe.enable_group_offload(
                onload_device=torch.device(machine.accelerator),
                offload_type="leaf_level",
                use_stream=machine.accelerator == "cuda",
            )


def _cache(pipe: Any) -> None:
    from diffusers import FirstBlockCacheConfig

    for name in DENOISERS:
        denoiser = getattr(pipe, name, None)
        if denoiser is not None and hasattr(denoiser, "enable_cache"):
            denoiser.enable_cache(FirstBlockCacheConfig(threshold=0.1))
