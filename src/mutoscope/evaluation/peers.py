"""How long the diffusion family takes for a clip, beside networks of diffusers at the same size, in one run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn

from mutoscope.codecs.latent_code import CHANNELS, latent_shape
from mutoscope.conditioning.condition import Condition
from mutoscope.families.clip_denoiser import ClipDenoiserConfig
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.family import Sampling
from mutoscope.shapes import ClipShape

ROUNDS = 5
_UNET_LATENT = 8, 4  # pixels to a latent's side and channels, of the autoencoder that the U-Net was made for
_UNET_WIDTHS, _SMALL = range(8, 257, 4), (8, 12, 16)  # channels of its first level


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What one network took for each clip."""

    name: str
    parameters: int
    seconds: Sequence[float]

    @property
    def median(self) -> float:
        """Seconds of a usual clip."""
        return median(self.seconds)


@dataclass(frozen=True, kw_only=True)
class PeerBench:
    """Our family first, then its peers; without diffusers there are none."""

    steps: int
    guidance: float
    tokens: int
    shape: ClipShape
    timings: Sequence[Timing]

    def table(self) -> str:
        """What was timed, and the times as a Markdown table."""
        shape, ours = self.shape, self.timings[0]
        head = (
            f"Sampling one clip of {shape.frames} frames of {shape.width}x{shape.height} ({self.tokens} tokens), {self.steps} "
            f"steps with guidance {self.guidance:g}, random weights, 32 bits, {len(ours.seconds)} rounds in turn; "
            "text encoders of others and decoding left out."
        )
        rows = ["|  | parameters | median | least – most | beside ours |", "| --- | --- | --- | --- | --- |"]
        for timing in self.timings:
            span = f"{min(timing.seconds):.2f} – {max(timing.seconds):.2f} s"
            times = f"{timing.median / ours.median:.2f} x"
            rows.append(
                f"| {timing.name} | {timing.parameters / 1e6:.1f} M | {timing.median:.2f} s | {span} | {times} |"
            )
        if len(self.timings) == 1:
            rows.append("\nNo peers: diffusers is not installed. Install it: pip install 'mutoscope[hub]'")
        return "\n".join([head, "", *rows])


def measure_peers(
    family: Diffusion,
    config: ClipDenoiserConfig,
    condition: Condition,
    sampling: Sampling,
    shape: ClipShape,
    rounds: int = ROUNDS,
) -> PeerBench:
    """Time our family and its peers in turn, after one clip of each that does not count; weights are as they are."""
    codes = latent_shape(shape)
    runs: dict[str, tuple[nn.Module, Callable[[], Any]]] = {
        "diffusion family": (
            family,
            lambda: family.sample(codes, condition, 0, sampling, lambda *_: None),
        )
    }
    words = condition.word_ids.shape[1]
    if find_spec("diffusers") is not None:
        runs["diffusers LTXPipeline"] = ltx(config, words, sampling, shape)
        runs["diffusers UNet3DConditionModel"] = unet(parameters(family), config.text.width, words, sampling, shape)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, (_, run) in runs.items():
            started = time.perf_counter()
            run()
            if number > 0:
                seconds[name].append(time.perf_counter() - started)
    return PeerBench(
        steps=sampling.steps,
        guidance=sampling.guidance,
        tokens=codes[0] * (codes[1] // config.patch) * (codes[2] // config.patch),
        shape=shape,
        timings=[
            Timing(name=name, parameters=parameters(network), seconds=seconds[name])
            for name, (network, _) in runs.items()
        ],
    )


def parameters(network: nn.Module) -> int:
    """How many numbers a network has learned."""
    return sum(parameter.numel() for parameter in network.parameters())


def ltx(
    config: ClipDenoiserConfig, words: int, sampling: Sampling, shape: ClipShape
) -> tuple[nn.Module, Callable[[], Any]]:
    """LTX-Video's transformer with the width, depth and heads of our denoiser, in its own pipeline, on as many tokens."""
    from diffusers import FlowMatchEulerDiscreteScheduler, LTXPipeline, LTXVideoTransformer3DModel

    inside = config.patch**2 * CHANNELS
    torch.manual_seed(0)
    transformer = LTXVideoTransformer3DModel(
        in_channels=inside, out_channels=inside, num_attention_heads=config.heads, num_layers=config.depth,
        attention_head_dim=config.width // config.heads, cross_attention_dim=config.width,
        caption_channels=config.text.width,
    )  # fmt: skip
    pipeline = LTXPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=None,
        text_encoder=None,
        tokenizer=None,
        transformer=transformer.eval(),
    )
    pipeline.set_progress_bar_config(disable=True)
    told, heard = torch.randn(1, words, config.text.width), torch.ones(1, words, dtype=torch.bool)
    times, rows, columns, _ = latent_shape(shape)
    # The pipeline counts in pixels of its own autoencoder: 32 to a token's side, 8 frames to a token after the first.
    size = {
        "height": rows // config.patch * pipeline.vae_spatial_compression_ratio,
        "width": columns // config.patch * pipeline.vae_spatial_compression_ratio,
        "num_frames": (times - 1) * pipeline.vae_temporal_compression_ratio + 1,
    }

    def run() -> Any:
        return pipeline(
            prompt_embeds=told, prompt_attention_mask=heard, negative_prompt_embeds=torch.zeros_like(told),
            negative_prompt_attention_mask=heard, num_inference_steps=sampling.steps,
            guidance_scale=sampling.guidance, output_type="latent", **size,
        ).frames  # fmt: skip

    return transformer, run


def unet(size: int, text: int, words: int, sampling: Sampling, shape: ClipShape) -> tuple[nn.Module, Callable[[], Any]]:
    """The 3-D U-Net of the first text-to-video models, of about `size` parameters, on latents of the same frames."""
    from diffusers import DDIMScheduler

    # Every matrix has at most two widths for sides, so that three small networks tell the size of all others.
    law = np.polyfit(_SMALL, [parameters(_unet(width, text)) for width in _SMALL], 2)
    width = min(_UNET_WIDTHS, key=lambda width: abs(float(np.polyval(law, width)) - size))
    torch.manual_seed(0)
    network, scheduler = _unet(width, text).eval(), DDIMScheduler()
    side, channels = _UNET_LATENT
    latents = torch.randn(1, channels, shape.frames, shape.height // side, shape.width // side)
    told = torch.cat([torch.zeros(1, words, text), torch.randn(1, words, text)])

    @torch.inference_mode()
    def run() -> Any:
        scheduler.set_timesteps(sampling.steps)
        x = latents
        for level in scheduler.timesteps:
            untold, heard = network(torch.cat([x, x]), level, encoder_hidden_states=told).sample.chunk(2)
            x = scheduler.step(untold + sampling.guidance * (heard - untold), level, x).prev_sample
        return x

    return network, run


def _unet(width: int, text: int) -> Any:
    """ModelScope's proportions of widths, at another scale."""
    from diffusers import UNet3DConditionModel

    return UNet3DConditionModel(
        block_out_channels=(width, 2 * width, 4 * width, 4 * width), norm_num_groups=4, cross_attention_dim=text,
        attention_head_dim=width,
    )  # fmt: skip
