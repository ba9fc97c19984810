"""The colours of places: pale by day, warm at sunset, dark blue at night, and never as strong as an actor's."""

import torch
from torch import Tensor

CHROMA = 0.25  # the most that the strongest channel is above the weakest one
DARKEST, BRIGHTEST = 0.19, 0.86  # of any channel: neither black nor white

RGB = tuple[float, float, float]

_SUNSET = (0.95, 0.83, 0.77)
_NIGHT = (0.09, 0.12, 0.20)


def swatch(day: RGB, sunset: RGB | None = None, night: RGB | None = None) -> Tensor:  # (3, 3)
    """A colour in the three lights, by rule where it is not given; rows are day, sunset and night."""
    colours = torch.tensor([day, sunset or _at_sunset(day), night or _at_night(day)])
    grey = colours.mean(dim=1, keepdim=True)
    strength = (colours.amax(1, keepdim=True) - colours.amin(1, keepdim=True)).clamp_min(1e-6)
    return (grey + (colours - grey) * (CHROMA / strength).clamp_max(1)).clamp(DARKEST, BRIGHTEST)


def mixed(one: Tensor, other: Tensor, share: float) -> Tensor:
    """A swatch between two."""
    return torch.lerp(one, other, share)


def _at_sunset(day: RGB) -> RGB:
    red, green, blue = (0.92 * value * tint + 0.08 for value, tint in zip(day, _SUNSET, strict=True))
    return red, green, blue


def _at_night(day: RGB) -> RGB:
    red, green, blue = (0.24 * value + base for value, base in zip(day, _NIGHT, strict=True))
    return red, green, blue


SKY_HIGH = swatch((0.66, 0.78, 0.88), (0.80, 0.70, 0.76), (0.19, 0.22, 0.35))
SKY_LOW = swatch((0.82, 0.87, 0.89), (0.90, 0.79, 0.67), (0.34, 0.39, 0.52))
CLOUD = swatch((0.88, 0.90, 0.90), (0.90, 0.82, 0.80), (0.38, 0.42, 0.53))
SUN = swatch((0.90, 0.88, 0.72), (0.90, 0.83, 0.67), (0.90, 0.83, 0.67))
MOON = swatch((0.80, 0.82, 0.82), (0.86, 0.84, 0.78), (0.80, 0.81, 0.70))
STAR = swatch((0.74, 0.77, 0.80), (0.74, 0.77, 0.80), (0.68, 0.72, 0.80))
