"""A rough look at a clip that is still being made, without its decoder."""

import numpy as np
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor


def preview(latents: Tensor, layout: str, frames: int, height: int, width: int) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: the middle frame of latents in false colours; `layout` names their axes, b, c, t, h and w.

    The three directions in which the latents vary most become red, green and blue: it shows what will be where,
    with no table of colours for each model. `frames`, `height` and `width`, in latents, unfold those that are packed.
    """
    latents = latents[:1].detach().float().cpu()
    if latents.ndim == 3:  # frames that were given may stand before or behind, as tokens of their own
        tokens = latents[:, : frames * height * width]
        clip = rearrange(tokens, f"{layout} -> b t c h w", t=frames, h=height)[0]
    else:  # a class that packs unpacks for its scheduler where frames are given
        clip = rearrange(latents, f"{layout if '(' not in layout else 'b c t h w'} -> b t c h w")[0]
    frame = clip[len(clip) // 2].numpy()
    points = rearrange(frame, "c h w -> c (h w)")
    points = points - points.mean(1, keepdims=True)
    _, directions = np.linalg.eigh(points @ points.T)
    colours = directions[:, -3:].T @ points
    low, high = np.percentile(colours, (2, 98))
    scaled = np.clip((colours - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray((rearrange(scaled, "c (h w) -> h w c", h=frame.shape[1]) * 255).round(), np.uint8)
