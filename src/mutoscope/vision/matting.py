"""The matte network: from a photo, and perhaps a click or a box, to where its subject is; and how it learns that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mutoscope.objective import Objective

SIDE = 128  # the network sees every photo squeezed into a square of this many pixels
CLICK_SPREAD = 0.04  # of the click's bell curve, in frames


class MatteBatch(NamedTuple):
    """Collages to learn from: `picture` (B, 3, H, W) and `matte` (B, 1, H, W), both uint8."""

    picture: Tensor
    matte: Tensor


@dataclass(frozen=True, kw_only=True)
class MatteConfig:
    """Channels at 1/4, 1/8 and 1/16 of the side."""

    fine: int
    middle: int
    coarse: int


BUNDLED = MatteConfig(fine=64, middle=128, coarse=192)


class MatteNetwork(nn.Module):
    """A small U-Net: few wide layers, ReLU, the picture cut into patches of 4 x 4, global context at the bottom."""

    def __init__(self, config: MatteConfig) -> None:
        super().__init__()
        self.config = config
        fine, middle, coarse = config.fine, config.middle, config.coarse
        self.stem = nn.Conv2d(5, fine, 4, 4)
        self.fine_in = _Block(fine)
        self.down = nn.Conv2d(fine, middle, 2, 2)
        self.middle_in = _Block(middle)
        self.bottom = nn.Conv2d(middle, coarse, 2, 2)
        self.place = nn.Parameter(torch.zeros(1, coarse, SIDE // 16, SIDE // 16))
        self.coarse_first, self.coarse_second = _Block(coarse), _Block(coarse)
        self.glance_in, self.glance_out = nn.Linear(coarse, coarse // 2), nn.Linear(coarse // 2, coarse)
        self.up_middle = nn.Conv2d(coarse, middle, 1)
        self.middle_out = _Block(middle)
        self.up_fine = nn.Conv2d(middle, fine, 1)
        self.fine_out, self.fine_last = _Block(fine), _Block(fine)
        self.head = nn.Conv2d(fine, 16, 3, padding=1)
        nn.init.zeros_(self.glance_out.weight)
        nn.init.normal_(self.head.weight, std=0.01)
        for edge in (self.stem.weight, self.head.weight, self.place):
            edge._adam = True  # type: ignore[attr-defined]  # the optimiser treats first and last layers apart

    def forward(self, seen: Tensor) -> Tensor:  # (B, 5, 128, 128) -> (B, 1, 128, 128)
        """Logits of the matte; `seen` is RGB in 0..1, a click map and a box map (all zeros: nobody pointed)."""
        fine = self.fine_in(self.stem(_levelled(seen)))
        middle = self.middle_in(self.down(fine))
        deep = self.coarse_first(self.bottom(middle) + self.place)
        deep = deep + self.glance_out(F.relu(self.glance_in(deep.mean((2, 3)))))[:, :, None, None]
        deep = self.coarse_second(deep)
        middle = self.middle_out(middle + _doubled(self.up_middle(deep)))
        fine = self.fine_last(self.fine_out(fine + _doubled(self.up_fine(middle))))
        return F.pixel_shuffle(self.head(F.relu(fine)), 4)


class _Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        # Normalised over channels, without a gain: in channels_last this is one fused pass.
        calm = F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2]).permute(0, 3, 1, 2)
        return torch.add(x, self.second(F.relu(self.first(calm))))


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def _levelled(seen: Tensor) -> Tensor:
    """Zero mean and unit spread of each picture, so that dark and pale photos look alike."""
    picture = seen[:, :3].float()
    mean = picture.mean((1, 2, 3), keepdim=True)
    spread = (picture - mean).square().mean((1, 2, 3), keepdim=True).sqrt()
    level = torch.cat([(picture - mean) / (spread + 0.05), seen[:, 3:].float() * 2], 1)
    return level.to(seen.dtype).contiguous(memory_format=torch.channels_last)


def click_map(x: Tensor, y: Tensor, size: int) -> Tensor:  # (B,), (B,) -> (B, 1, H, W)
    """A bell around each point (fractions of the frame)."""
    ticks = (torch.arange(size, device=x.device) + 0.5) / size
    dx, dy = ticks - x[:, None], ticks - y[:, None]
    across, down = (torch.exp(-(d * d) / (2 * CLICK_SPREAD**2)) for d in (dx, dy))
    return (down[:, :, None] * across[:, None, :])[:, None]


def box_map(box: Tensor, size: int) -> Tensor:  # (B, 4) -> (B, 1, H, W)
    """One inside each box (left, top, right, bottom in fractions), zero outside."""
    ticks = (torch.arange(size, device=box.device) + 0.5) / size
    across = (ticks >= box[:, 0:1]) & (ticks <= box[:, 2:3])
    down = (ticks >= box[:, 1:2]) & (ticks <= box[:, 3:4])
    return (down[:, :, None] & across[:, None, :])[:, None].float()


class MatteObjective(Objective):
    """Learns mattes from collages: half of them unaided, a quarter with a click, a quarter with a box."""

    phases: tuple[str, ...] = ("matte",)

    def __init__(self, config: MatteConfig) -> None:
        super().__init__()
        self.network = MatteNetwork(config)

    def loss(self, phase: str, batch: MatteBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Cross-entropy plus soft intersection over union, on freshly varied collages."""
        assert phase == "matte", phase
        seen, truth = lesson(batch, rng)
        return matte_loss(self.network(seen.to(self.network.stem.weight.dtype)), truth)

    def kept(self) -> nn.Module:
        """The network alone."""
        return self.network


def matte_loss(logits: Tensor, truth: Tensor) -> tuple[Tensor, dict[str, float]]:  # 2 x (B, 1, H, W)
    """Cross-entropy + (1 - soft IoU), and the mean IoU of the thresholded matte."""
    logits = logits.float()
    crossed = F.binary_cross_entropy_with_logits(logits, truth)
    soft = logits.sigmoid()
    both = (soft * truth).sum((1, 2, 3))
    union = soft.sum((1, 2, 3)) + truth.sum((1, 2, 3)) - both
    overlap = (both + 1) / (union + 1)
    with torch.no_grad():
        hard, true = logits > 0, truth > 0.5
        iou = ((hard & true).sum((1, 2, 3)) + 1) / ((hard | true).sum((1, 2, 3)) + 1)
    return crossed + (1 - overlap).mean(), {"iou": float(iou.mean())}


def lesson(batch: MatteBatch, rng: torch.Generator) -> tuple[Tensor, Tensor]:  # (B, 5, H, W), (B, 1, H, W)
    """Collages varied and, in the second half of the batch, hinted at: what the network sees, what it should say."""
    both = _moved(torch.cat([batch.picture, batch.matte], 1).float() / 255, rng)
    count, size = both.shape[0], both.shape[-1]
    unaided = count - count // 2
    both = torch.cat([both[:unaided], _crowded(both[unaided:], rng)])
    picture, truth = _recoloured(both[:, :3], rng), both[:, 3:].contiguous()
    hints = torch.zeros(count, 2, size, size, device=both.device)
    clicked = unaided + (count - unaided) // 2
    hints[unaided:clicked, :1] = click_map(*inner_points(truth[unaided:clicked], rng), size)
    hints[clicked:, 1:] = box_map(boxes_around(truth[clicked:], rng), size)
    return torch.cat([picture, hints], 1), truth


def _uniform(rng: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    return torch.rand(shape, generator=rng, device=rng.device) * (high - low) + low


def _moved(both: Tensor, rng: torch.Generator) -> Tensor:
    """Mirrored, cropped or drawn back a little."""
    count = both.shape[0]
    theta = torch.zeros(count, 2, 3, device=both.device)
    theta[:, 0, 0] = _uniform(rng, 0.72, 1.04, count) * torch.where(_uniform(rng, 0, 1, count) < 0.5, -1.0, 1.0)
    theta[:, 1, 1] = _uniform(rng, 0.72, 1.04, count)
    room = (1 - theta[:, [0, 1], [0, 1]].abs()).clamp_min(0)
    theta[:, :, 2] = _uniform(rng, -1, 1, count, 2) * room
    place = F.affine_grid(theta, list(both.shape), align_corners=False)
    return F.grid_sample(both, place, padding_mode="reflection", align_corners=False)


def _crowded(both: Tensor, rng: torch.Generator) -> Tensor:
    """Two subjects in one picture, so that a hint decides: another's subject is pasted, and one of the two is meant."""
    count = both.shape[0]
    theta = torch.zeros(count, 2, 3, device=both.device)
    theta[:, 0, 0] = theta[:, 1, 1] = _uniform(rng, 1.0, 2.2, count)
    theta[:, :, 2] = _uniform(rng, -0.9, 0.9, count, 2)
    other = F.grid_sample(
        both.roll(1, 0), F.affine_grid(theta, list(both.shape), align_corners=False), align_corners=False
    )
    paste = other[:, 3:] * (_uniform(rng, 0, 1, count, 1, 1, 1) < 0.6)
    picture = torch.lerp(both[:, :3], other[:, :3], paste)
    behind = both[:, 3:] * (1 - paste)
    area = paste.mean((1, 2, 3)), behind.mean((1, 2, 3))
    # What is left of the one behind may be too little to ask for.
    front = (area[0] > 0.02) & ((_uniform(rng, 0, 1, count) < 0.5) | (area[1] < 0.02))
    return torch.cat([picture, torch.where(front[:, None, None, None], paste, behind)], 1)


def _recoloured(picture: Tensor, rng: torch.Generator) -> Tensor:
    count = picture.shape[0]
    gain = torch.exp(_uniform(rng, -0.3, 0.3, count, 1, 1, 1) + _uniform(rng, -0.12, 0.12, count, 3, 1, 1))
    swap = _uniform(rng, 0, 1, count, 1, 1, 1) < 0.1
    picture = torch.where(swap, picture.flip(1), picture)
    return (picture * gain + _uniform(rng, -0.08, 0.08, count, 1, 1, 1)).clamp(0, 1)


def inner_points(matte: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:  # (B, 1, H, W) -> (B,), (B,)
    """A random point inside each matte, more often deep inside than near the edge."""
    size = matte.shape[-1]
    weights = F.avg_pool2d(matte, 9, 1, 4).pow(4) * (matte > 0.5) + 1e-7
    spot = torch.multinomial(weights.flatten(1), 1, generator=rng)[:, 0]
    return (spot % size + 0.5) / size, (spot.div(size, rounding_mode="floor") + 0.5) / size


def boxes_around(matte: Tensor, rng: torch.Generator) -> Tensor:  # (B, 1, H, W) -> (B, 4)
    """Each matte's bounding box, each side off by up to 4 % of the frame, as a hand would draw it."""
    size = matte.shape[-1]
    ticks = torch.arange(size, device=matte.device)
    sides = []
    for axis in (2, 1):
        touched = matte[:, 0].amax(3 - axis if axis == 2 else 2) > 0.5
        low = torch.where(touched, ticks, size).amin(1)
        high = torch.where(touched, ticks + 1, 0).amax(1)
        sides.append((low / size, high / size))
    (left, right), (top, bottom) = sides
    off = _uniform(rng, -0.04, 0.04, len(matte), 4)
    return (torch.stack([left, top, right, bottom], 1) + off).clamp(0, 1)
