"""Dense flow: how far what each pixel shows goes until the next frame, from the tracks of camera and actors alone."""

import torch
from torch import Tensor

from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.tracks import Tracks


def story_flow(tracks: Tracks, mattes: Tensor, nearness: Tensor, shape: ClipShape) -> Tensor:  # (B, T-1, 2, H, W)
    """Flow in pixels, x then y, from every frame to the next.

    mattes (B, N, T, H, W) and nearness of the places (B, T, H, W), as seen. Exact for the camera and for actors as
    wholes; their limbs, and what moves in a place by itself (waves, bubbles, weather), move with what carries them.
    """
    device = mattes.device
    x = ((torch.arange(shape.width, device=device) + 0.5) / shape.width - 0.5).expand(shape.height, -1)
    y = ((torch.arange(shape.height, device=device) + 0.5) / shape.height - 0.5)[:, None].expand_as(x)
    camera = tracks.camera[..., None, None]  # (B, T, 3, 1, 1)
    now, then = camera[:, :-1], camera[:, 1:]
    gain, ratio = then[:, :, 2].exp(), (then[:, :, 2] - now[:, :, 2]).exp()
    near = nearness[:, :-1]
    goes_x = x * (ratio - 1) + near * (now[:, :, 0] - then[:, :, 0]) * gain
    goes_y = y * (ratio - 1) + near * (now[:, :, 1] - then[:, :, 1]) * gain
    seen_x, seen_y, tall = (value[..., None, None] for value in tracks.seen())  # (B, T, N, 1, 1)
    mirrored = (tracks.facing[:, 1:] * tracks.facing[:, :-1])[..., None, None]
    angle = tracks.turn[..., None, None]
    for slot in range(mattes.shape[1]):
        own = mattes[:, slot, :-1] > 0.5
        from_x = x + 0.5 - seen_x[:, :-1, slot]
        from_y = y + 0.5 - seen_y[:, :-1, slot]
        before, after = angle[:, :-1, slot], angle[:, 1:, slot]
        across = (from_x * before.cos() + from_y * before.sin()) * mirrored[:, :, slot]
        down = from_y * before.cos() - from_x * before.sin()
        grows = tall[:, 1:, slot] / tall[:, :-1, slot]
        to_x = (across * after.cos() - down * after.sin()) * grows + seen_x[:, 1:, slot]
        to_y = (across * after.sin() + down * after.cos()) * grows + seen_y[:, 1:, slot]
        goes_x = torch.where(own, to_x - x - 0.5, goes_x)
        goes_y = torch.where(own, to_y - y - 0.5, goes_y)
    return torch.stack([goes_x * shape.width, goes_y * shape.height], dim=2)
