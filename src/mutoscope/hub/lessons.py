"""What the denoiser of a large model is trained on: a clip and its caption, encoded once, as its pipeline would."""

from typing import Any, NamedTuple

import numpy as np
import torch
from einops import rearrange
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

Pixels = NDArray[np.uint8]
TUNABLE = ("WanPipeline", "WanImageToVideoPipeline", "LTXPipeline")  # classes that lessons can be made for
STEPS = 1000  # the noise level as denoisers count it


class Lesson(NamedTuple):
    """One clip as a denoiser learns it."""

    latents: Tensor  # (1,C,T,H,W), or packed (1,L,C): the clip without noise, in the denoiser's own scale
    told: dict[str, Any]  # what it hears: words, photo, shape
    beside: Tensor | None = None  # (1,C,T,H,W) channels that stand beside the noisy ones: a photo to begin with
    tokens: int | None = None  # how many tokens are told the noise level one by one; None: all at once


@torch.no_grad()
def lesson(pipe: Any, frames: Pixels, caption: str, fps: int, *, ends: bool) -> Lesson:
    """The lesson of a clip (T, H, W, 3) for a pipeline; `ends`: the model is also shown the last frame."""
    clip = rearrange(torch.from_numpy(frames), "t h w c -> 1 c t h w").float() / 127.5 - 1
    latents = pipe.vae.encode(clip.to(pipe.vae.device, pipe.vae.dtype)).latent_dist.mode().float()
    if type(pipe).__name__ == "LTXPipeline":
        return _of_ltx(pipe, latents, caption, fps)
    return _of_wan(pipe, latents, caption, clip, frames if "Image" in type(pipe).__name__ else None, ends=ends)


def _of_wan(pipe: Any, latents: Tensor, caption: str, clip: Tensor, photos: Pixels | None, *, ends: bool) -> Lesson:
    numbers = pipe.vae.config.latents_mean, pipe.vae.config.latents_std
    mean, std = (torch.tensor(number).view(1, -1, 1, 1, 1).to(latents) for number in numbers)
    latents = (latents - mean) / std
    words, _ = pipe.encode_prompt(
        caption, do_classifier_free_guidance=False, max_sequence_length=512, device=pipe.text_encoder.device
    )
    told = {"encoder_hidden_states": words}
    if photos is None:
        tokens = latents[0, 0, :, ::2, ::2].numel() if pipe.config.expand_timesteps else None
        return Lesson(latents, told, tokens=tokens)
    clip = clip.to(latents.device)
    last = clip[:, :, -1] if ends else None
    frames, height, width = clip.shape[2:]
    _, beside = pipe.prepare_latents(
        clip[:, :, 0], 1, latents.shape[1], height, width, frames, torch.float32, latents.device, None, latents, last
    )
    if pipe.transformer.config.image_dim is not None:  # Wan 2.1 also sees the photo through CLIP
        shown = [Image.fromarray(photo) for photo in (photos[[0, -1]] if ends else photos[:1])]
        told["encoder_hidden_states_image"] = pipe.encode_image(shown, latents.device).to(words.dtype)
    return Lesson(latents, told, beside=beside)


def _of_ltx(pipe: Any, latents: Tensor, caption: str, fps: int) -> Lesson:
    scale = pipe.vae.latents_mean, pipe.vae.latents_std, pipe.vae.config.scaling_factor
    latents = pipe._normalize_latents(latents, *scale)
    words, mask, _, _ = pipe.encode_prompt(caption, do_classifier_free_guidance=False, device=pipe.text_encoder.device)
    side = pipe.vae_spatial_compression_ratio
    frames, height, width = latents.shape[2:]
    told = {
        "encoder_hidden_states": words, "encoder_attention_mask": mask, "num_frames": frames, "height": height,
        "width": width, "rope_interpolation_scale": (pipe.vae_temporal_compression_ratio / fps, side, side),
    }  # fmt: skip
    patches = pipe.transformer_spatial_patch_size, pipe.transformer_temporal_patch_size
    return Lesson(pipe._pack_latents(latents, *patches), told)


def velocity_error(denoiser: Any, lesson: Lesson, level: float, noise: Tensor) -> Tensor:
    """Mean squared error of the velocity from clip to noise at a noise level (0 none, 1 all) (Liu et al. 2022)."""
    noisy = (1 - level) * lesson.latents + level * noise
    seen = noisy if lesson.beside is None else torch.cat([noisy, lesson.beside], dim=1)
    shape = (1,) if lesson.tokens is None else (1, lesson.tokens)
    steps = torch.full(shape, level * STEPS, device=noisy.device)
    kind = lesson.told["encoder_hidden_states"].dtype
    told = denoiser(hidden_states=seen.to(kind), timestep=steps, **lesson.told, return_dict=False)[0]
    return torch.nn.functional.mse_loss(told.float(), noise - lesson.latents)


def on(device: torch.device, lesson: Lesson) -> Lesson:
    """The lesson with its tensors on a device."""
    move = {name: value.to(device) if isinstance(value, Tensor) else value for name, value in lesson.told.items()}
    beside = None if lesson.beside is None else lesson.beside.to(device)
    return Lesson(lesson.latents.to(device), move, beside, lesson.tokens)
