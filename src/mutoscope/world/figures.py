"""Figures, the subjects of collages: round and square limbs that form people, animals, things, houses."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from mutoscope.world.textures import uniform

PARTS = 18
GROUPS = 6  # parts of one group share colours and texture: skin, cloth, second cloth, dark detail, light detail, hair
Value = Tensor | float


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """Tapered limbs from `ends` (B, P, 4: x, y, x, y) with `radii` (B, P, 2), in the figure's own units, y down."""

    ends: Tensor
    radii: Tensor
    square: Tensor  # (B, P) 0 round … 1 square
    group: Tensor  # (B, P) long, < GROUPS
    shown: Tensor  # (B, P) bool
    stands: Tensor  # (B,) bool: its lower end rests on the ground or is cut by the picture's edge
    cut: Tensor  # (B,) bool: it has no lower end and must be cut by the picture's edge


class _Sketch:
    """Collects the parts of `count` figures of one family; `r` draws one number per figure."""

    def __init__(self, count: int, rng: torch.Generator) -> None:
        self.count, self.rng = count, rng
        self.parts: list[tuple[list[Tensor], Tensor]] = []

    def r(self, low: float, high: float) -> Tensor:
        return uniform(self.rng, low, high, self.count)

    def odds(self, share: float) -> Tensor:
        return self.r(0, 1) < share

    def limb(
        self, a: tuple[Value, Value], b: tuple[Value, Value], ra: Value, rb: Value, group: Value,
        square: Value = 0.0, shown: Tensor | None = None,
    ) -> None:  # fmt: skip
        device = self.rng.device
        numbers = [
            torch.as_tensor(v, device=device).float().expand(self.count) for v in (*a, *b, ra, rb, square, group)
        ]
        everywhere = torch.ones(self.count, dtype=torch.bool, device=device)
        self.parts.append((numbers, everywhere if shown is None else shown))

    def figures(self, stands: float, cut: bool = False) -> Figures:
        device, missing = self.rng.device, PARTS - len(self.parts)
        numbers = torch.stack([torch.stack(n, -1) for n, _ in self.parts], 1)
        shown = torch.stack([s for _, s in self.parts], 1)
        numbers = torch.cat([numbers, torch.zeros(self.count, missing, 8, device=device)], 1)
        shown = torch.cat([shown, torch.zeros(self.count, missing, dtype=torch.bool, device=device)], 1)
        return Figures(
            ends=numbers[..., :4], radii=numbers[..., 4:6], square=numbers[..., 6].clamp(0, 1),
            group=numbers[..., 7].long(), shown=shown, stands=self.odds(stands),
            cut=torch.full((self.count,), cut, device=device),
        )  # fmt: skip


def draw_figures(count: int, rng: torch.Generator) -> Figures:
    """Figures of all families, mixed."""
    weights = torch.tensor([share for _, share in FAMILIES], device=rng.device)
    shares = torch.bincount(torch.multinomial(weights, count, True, generator=rng), minlength=len(FAMILIES)).tolist()
    drawn = [family(_Sketch(n, rng)) for (family, _), n in zip(FAMILIES, shares, strict=True) if n]
    order = torch.randperm(count, generator=rng, device=rng.device)

    def mixed(name: str) -> Tensor:
        return torch.cat([getattr(f, name) for f in drawn])[order]

    return Figures(
        ends=mixed("ends"), radii=mixed("radii"), square=mixed("square"),
        group=mixed("group"), shown=mixed("shown"), stands=mixed("stands"), cut=mixed("cut"),
    )  # fmt: skip


def _person(s: _Sketch) -> Figures:
    """Head, hair, neck, trunk in one or two cloths, arms, legs; standing, walking or sitting."""
    shoulder, hip, lean = s.r(0.22, 0.36), s.r(0.16, 0.3), s.r(-0.15, 0.15)
    head, waist, knee, foot = s.r(0.14, 0.22), s.r(0.75, 0.95), s.r(1.25, 1.5), s.r(1.75, 2.1)
    hx, limb = lean * 1.3, s.r(0.07, 0.12)
    for side in (-1, 1):
        step, bend = s.r(-0.05, 0.4) * side, s.r(-0.15, 0.25)
        knee_x, leg = step * 0.6 + bend * 0.4, limb * s.r(1.1, 1.6)
        s.limb((side * hip * 0.6, waist), (knee_x + side * 0.1, knee), leg, leg * 0.8, 2)
        s.limb((knee_x + side * 0.1, knee), (step + side * 0.08 - bend * 0.3, foot), leg * 0.8, leg * 0.6, 2)
        s.limb((step + side * 0.08 - bend * 0.3, foot), (step + side * 0.12 + s.r(-0.1, 0.15), foot), 0.09, 0.07, 3)
    s.limb((lean, 0.05), (0, waist), shoulder, hip, 1, s.r(0, 0.7))
    s.limb((-0.7 * shoulder, 0.9), (0.7 * shoulder, 0.95), 0.06, 0.06, 3, 0.5, s.odds(0.3))
    for side in (-1, 1):
        ex, ey = side * (shoulder + s.r(0.05, 0.35)), s.r(0.2, 0.7)
        wx, wy = ex + side * s.r(-0.4, 0.3), ey + s.r(-0.4, 0.5)
        s.limb((lean + side * shoulder * 0.8, 0), (ex, ey), limb * 1.2, limb, 1)
        s.limb((ex, ey), (wx, wy), limb, limb * 0.75, torch.where(s.odds(0.5), 1, 0))
    s.limb((lean, -0.2), (hx, -0.4), head * 0.5, head * 0.45, 0)
    s.limb((hx, -0.5), (hx + s.r(-0.1, 0.1), s.r(-0.5, 0.1)), head * 1.15, head * s.r(0.6, 1.2), 5, 0.0, s.odds(0.6))
    s.limb((hx, -0.42), (hx, -0.55), head * 0.85, head * 0.95, 0)
    s.limb((hx - head * 0.5, -0.55 - head * 0.7), (hx + head * 0.5, -0.55 - head * 0.7), head * 0.55, head * 0.55, 5)
    return s.figures(0.75)


def _portrait(s: _Sketch) -> Figures:
    """Head and shoulders, with a face; fills the frame and is cut below."""
    head, width, x = s.r(0.34, 0.48), s.r(0.55, 0.95), s.r(-0.12, 0.12)
    s.limb((x - head * 0.2, -0.45), (x + s.r(-0.2, 0.2), s.r(-0.3, 0.7)), head * 1.2, head * s.r(0.5, 1.2), 5, 0.0,
           s.odds(0.6))  # fmt: skip
    s.limb((-width * 0.55, 0.75), (width * 0.55, s.r(0.7, 0.85)), width * 0.5, width * 0.5, 1, s.r(0, 0.5))
    s.limb(
        (-width * 0.8, 0.85), (-width * s.r(0.6, 1.1), 1.9), width * 0.42, width * 0.38, torch.where(s.odds(0.7), 1, 0)
    )
    s.limb(
        (width * 0.8, 0.85), (width * s.r(0.6, 1.1), 1.9), width * 0.42, width * 0.38, torch.where(s.odds(0.7), 1, 0)
    )
    s.limb((0, 0.8), (0, 2.0), width * 0.75, width * 0.8, 1, s.r(0, 1))
    s.limb(
        (0, 0.45), (0, s.r(0.6, 1.8)), s.r(0.1, 0.25), s.r(0.05, 0.35), torch.where(s.odds(0.5), 2, 4), 0.5, s.odds(0.5)
    )
    s.limb((x, 0), (0, 0.4), head * 0.55, head * 0.6, 0)
    s.limb((x, -0.35), (x, 0.0), head * 0.95, head * 0.75, 0)
    s.limb((x - head * 0.45, -0.75), (x + head * 0.45, -0.75), head * s.r(0.4, 0.6), head * s.r(0.4, 0.6), 5)
    for side in (-1, 1):
        s.limb((x + side * head * 0.42, -0.32), (x + side * head * 0.5, -0.32), head * 0.11, head * 0.09, 3)
    s.limb((x, -0.25), (x, -0.08), head * 0.06, head * 0.1, 0, 0.3, s.odds(0.5))
    s.limb((x - head * 0.2, 0.1), (x + head * 0.2, 0.1), head * 0.07, head * 0.07, torch.where(s.odds(0.5), 3, 4))
    s.limb((x - head, -0.95), (x + head, -0.95), head * 0.3, head * 0.3, 2, s.r(0, 1), s.odds(0.25))
    return s.figures(0.97, cut=True)


def _animal(s: _Sketch) -> Figures:
    """A four-legged animal from the side, with ears and a tail."""
    length, thick, leg = s.r(0.45, 0.8), s.r(0.22, 0.42), s.r(0.1, 0.8)
    head, neck_x, neck_y = s.r(0.16, 0.32), s.r(0.15, 0.4), s.r(-0.6, 0.15)
    hx, hy = -length - neck_x, neck_y
    far = torch.where(s.odds(0.5), 0, 3)
    for x in (-0.8, 0.75):
        s.limb((length * x + s.r(0, 0.2), 0.1), (length * x + s.r(-0.1, 0.3), leg + thick), thick * 0.4, 0.07, far)
    s.limb((length, -0.05), (length + s.r(0.1, 0.6), s.r(-0.6, 0.5)), s.r(0.04, 0.14), s.r(0.03, 0.14), 0)
    s.limb((-length, 0), (length, s.r(-0.1, 0.1)), thick * s.r(0.9, 1.1), thick, 0)
    s.limb((-length * 0.5, 0.1), (length * s.r(0, 0.6), 0.12), thick * 0.7, thick * 0.6, torch.where(s.odds(0.5), 0, 1))
    for x in (-0.9, 0.9):
        s.limb((length * x, 0.05), (length * x + s.r(-0.2, 0.2), leg + thick), thick * 0.5, 0.08, 0)
    s.limb((-length * 0.9, -0.05), (hx, hy), thick * 0.75, head * 0.8, 0)
    for shift in (0.1, 0.7):
        s.limb((hx + head * shift, hy - head * 0.7), (hx + head * shift, hy - head * s.r(1.1, 2)), head * 0.35,
               head * s.r(0.05, 0.35), torch.where(s.odds(0.6), 0, 2))  # fmt: skip
    s.limb((hx, hy), (hx - head * 0.2, hy + 0.05), head, head * 0.9, 0)
    s.limb((hx - head * 0.6, hy + head * 0.3), (hx - head * s.r(0.9, 1.8), hy + head * 0.4), head * 0.5, head * 0.35,
           torch.where(s.odds(0.5), 0, 4))  # fmt: skip
    s.limb((hx - head * 0.3, hy - head * 0.2), (hx - head * 0.3, hy - head * 0.2), head * 0.14, head * 0.14, 3)
    return s.figures(0.6)


def _animal_face(s: _Sketch) -> Figures:
    """A head with ears, eyes and muzzle seen from the front, over a body or paws: cats, bears, toys, close up."""
    head, wide, sit = s.r(0.5, 0.7), s.r(0.0, 0.3), s.r(0.7, 1.1)
    ear, spread, ring = s.r(0.15, 0.32), s.r(0.6, 0.9), torch.where(s.odds(0.5), 0, 1)
    body = s.odds(0.75)
    for side in (-1, 1):
        s.limb((side * 0.4, 1.3), (side * s.r(0.5, 0.9), s.r(1.5, 1.9)), 0.3, 0.25, ring, 0.0, body & s.odds(0.5))
    s.limb((s.r(-0.2, 0.2), sit), (s.r(-0.5, 0.5), s.r(1.1, 1.7)), s.r(0.4, 0.7), s.r(0.5, 0.9), 0, 0.0, body)
    s.limb((0, sit), (0, sit + 0.5), 0.35, 0.4, torch.where(s.odds(0.5), 4, 0), 0.0, body)
    for side in (-1, 1):
        s.limb(
            (side * 0.45, sit),
            (side * s.r(0.2, 0.8), s.r(1.2, 1.8)),
            0.2,
            0.18,
            torch.where(s.odds(0.7), 0, 2),
            0.0,
            body,
        )
    for side in (-1, 1):
        tip = (side * head * (spread + 0.15), -head * s.r(1.0, 1.5))
        s.limb((side * head * spread * 0.8, -head * 0.6), tip, ear, ear * s.r(0.1, 1.0), torch.where(s.odds(0.7), 0, 3))
    s.limb((-wide, 0), (wide, 0), head, head * s.r(0.95, 1.05), 0)
    s.limb((0, -head * 0.9), (0, head * 0.1), head * 0.25, head * 0.12, 4, 0.0, s.odds(0.35))
    s.limb((-0.1, head * 0.45), (0.1, head * 0.45), head * s.r(0.25, 0.42), head * 0.35, torch.where(s.odds(0.6), 4, 0))
    s.limb((0, head * 0.28), (0, head * 0.32), head * 0.13, head * 0.08, 3)
    for side in (-1, 1):
        s.limb((side * head * 0.42, -head * 0.12), (side * head * 0.46, -head * 0.12), head * 0.15, head * 0.15,
               torch.where(s.odds(0.5), 3, 2))  # fmt: skip
    return s.figures(0.6)


def _turned(s: _Sketch) -> Figures:
    """Things on a lathe, square or round: bottles, lamps, towers, rockets; sometimes with a handle or fins."""
    sections, square = 6, torch.where(s.odds(0.5), s.r(0.7, 1.0), s.r(0.0, 0.5))
    height = [s.r(0.15, 0.7) for _ in range(sections)]
    slim = torch.where(s.odds(0.3), 0.35, 1.0)
    width, y = s.r(0.12, 0.5) * slim, s.r(0, 0) - 1.0
    fins = s.odds(0.4)
    for side in (-1, 1):
        s.limb((side * 0.25, s.r(-0.2, 1.0)), (side * s.r(0.35, 0.9), s.r(-0.2, 1.2)), s.r(0.04, 0.2), s.r(0.03, 0.15),
               3, 0.5, fins)  # fmt: skip
    for index in range(sections):
        below = (width * torch.exp(0.5 * s.r(-1, 1.2))).clamp(0.06, 0.7).minimum(0.7 * slim)
        group = torch.where(s.odds(0.6), 0, 1 + index % 4)
        s.limb((0, y), (0, y + height[index]), width, torch.where(s.odds(0.6), width, below), group, square)
        y, width = y + height[index], torch.where(s.odds(0.5), width, below)
    s.limb((-width, y), (width, y), s.r(0.05, 0.2), s.r(0.05, 0.2), 3, square, s.odds(0.5))
    return s.figures(0.6)


def _radial(s: _Sketch) -> Figures:
    """Flowers, stars, wheels, suns: petals around a core, perhaps on a stem."""
    stem, petals = s.odds(0.6), 12
    length, width, turn = s.r(0.3, 0.9), s.r(0.1, 0.3), s.r(0, math.pi)
    number = torch.randint(4, petals + 1, (s.count,), generator=s.rng, device=s.rng.device)
    s.limb((0, 0), (s.r(-0.3, 0.3), s.r(1.2, 2.6)), 0.07, 0.06, 2, 0.0, stem)
    s.limb((0.02, 1.3), (s.r(-0.9, 0.9), s.r(0.7, 1.4)), 0.2, 0.05, 2, 0.0, stem & s.odds(0.5))
    for index in range(petals):
        angle = turn + index * 2 * math.pi / number
        tip = length * s.r(0.85, 1.15)
        group = torch.where(torch.tensor(index % 2 == 0, device=s.rng.device), 0, 1) * s.odds(0.3)
        s.limb((0.1 * angle.cos(), 0.1 * angle.sin()), (tip * angle.cos(), tip * angle.sin()), width * s.r(0.5, 0.9),
               width * s.r(0.7, 1.3), group, 0.0, index < number)  # fmt: skip
    s.limb((-0.02, 0), (0.02, 0), s.r(0.12, 0.4), s.r(0.12, 0.4), torch.where(s.odds(0.7), 4, 3), 0.0, s.odds(0.85))
    return s.figures(0.3)


def _vehicle(s: _Sketch) -> Figures:
    """Cars, carts, cycles, boats: a long body, a cabin, wheels or not, bars and handles."""
    length, body, wheel = s.r(0.6, 1.1), s.r(0.12, 0.35), s.r(0.16, 0.42)
    rolls, square, bare = s.odds(0.75), s.r(0.2, 1), s.odds(0.35)
    s.limb(
        (-length * s.r(0.3, 0.7), -body), (length * s.r(0.1, 0.6), -body), s.r(0.15, 0.45), s.r(0.2, 0.45), 1, square
    )
    s.limb((-length * 0.4, -body * 1.2), (length * 0.3, -body * 1.2), 0.14, 0.16, 4, 0.7, s.odds(0.6))
    s.limb((-length, 0), (length, s.r(-0.1, 0.1)), body, body * s.r(0.5, 1.2), 0, square, ~bare)
    s.limb((-length * 0.7, 0.2), (length * 0.2, -0.2), 0.1, s.r(0.05, 0.3), 0, 0.2, bare)
    s.limb((length * 0.7, 0.25), (length * 0.2, -0.3), 0.06, s.r(0.05, 0.2), 3, 0.2, bare)
    s.limb((-length * 0.1, -0.2), (length * 0.4, -0.35), 0.15, s.r(0.1, 0.25), 2, 0.2, bare)
    s.limb((-length * 0.6, 0.1), (-length * s.r(0.3, 0.7), s.r(-0.9, -0.4)), 0.05, 0.05, 3, 0.3, s.odds(0.4))
    s.limb((-length, -0.02), (length, 0.02), 0.05, 0.05, 2, 1.0, s.odds(0.4))
    for x in (-0.65, 0.65):
        place = (length * x, body * 0.8 + wheel * 0.3)
        s.limb(place, place, wheel, wheel, 3, 0.0, rolls)
        s.limb(place, place, wheel * 0.55, wheel * 0.55, 4, 0.0, rolls)
    return s.figures(0.5)


def _thing(s: _Sketch) -> Figures:
    """One rounded or square body with a few details: fruit, balls, pillows, boxes, cups, bags."""
    long, thick, square = s.r(0.0, 0.7), s.r(0.4, 0.8), torch.where(s.odds(0.5), s.r(0, 0.4), s.r(0.6, 1))
    s.limb((-long * 1.6, 0.6), (long * 1.6, 0.6), s.r(0.1, 0.3), s.r(0.1, 0.3), 4, 0.3, s.odds(0.2))
    s.limb((long + thick * 0.6, -0.2), (long + thick * 1.25, 0.2), s.r(0.08, 0.2), s.r(0.08, 0.2), 0, 0.0, s.odds(0.3))
    s.limb((-long, 0), (long, 0), thick, thick * s.r(0.85, 1.1), 0, square)
    s.limb((0, -thick * 0.8), (s.r(-0.2, 0.2), -thick * s.r(1.1, 1.4)), 0.06, 0.05, 2, 0.0, s.odds(0.3))
    for _ in range(4):
        place = (long * s.r(-1, 1), thick * s.r(-0.6, 0.6))
        group = torch.randint(0, GROUPS, (s.count,), generator=s.rng, device=s.rng.device)
        s.limb(place, (place[0] + s.r(-0.4, 0.4), place[1] + s.r(-0.2, 0.2)), thick * s.r(0.05, 0.4),
               thick * s.r(0.05, 0.4), group, square, s.odds(0.4))  # fmt: skip
    return s.figures(0.35)


def _creature(s: _Sketch) -> Figures:
    """A body from which limbs grow, from which limbs grow: plants, birds, insects, heaps of things, strings."""
    limbs, stretch = 11, s.r(0.6, 1.4)
    tips: list[tuple[Tensor, Tensor, Tensor]] = []
    group = torch.randint(0, GROUPS, (s.count, limbs), generator=s.rng, device=s.rng.device)
    calm, number = s.odds(0.5), torch.randint(2, limbs + 1, (s.count,), generator=s.rng, device=s.rng.device)
    bx, by, radius = s.r(-0.1, 0.1), s.r(-0.1, 0.1), s.r(0.15, 0.5)
    for index in range(limbs):
        if tips:
            pick = torch.randint(0, len(tips), (s.count,), generator=s.rng, device=s.rng.device)
            bx, by, radius = (torch.stack([t[i] for t in tips], 1).gather(1, pick[:, None])[:, 0] for i in range(3))
            radius = radius * s.r(0.3, 1.0)
        angle, length = s.r(0, 2 * math.pi), stretch * s.r(0.15, 0.8) * (0.5 + radius)
        ex, ey, end = bx + length * angle.cos(), by + length * angle.sin(), (radius * s.r(0.3, 1.1)).clamp_min(0.03)
        same = torch.where(calm, torch.zeros_like(group[:, 0]), group[:, index])
        s.limb(
            (bx, by), (ex, ey), radius.clamp_min(0.04), end, same, torch.where(s.odds(0.2), 0.8, 0.0), index < number
        )
        tips.append((ex, ey, end))
    return s.figures(0.4)


def _house(s: _Sketch) -> Figures:
    """Buildings and furniture: wide square bodies, roofs, pillars, windows or shelves."""
    width, height, roof = s.r(0.5, 1.3), s.r(0.25, 0.7), s.r(0.05, 0.4)
    s.limb(
        (-width * s.r(0.3, 1), -height), (0, -height - s.r(0, 0.6)), s.r(0.1, 0.4), s.r(0.05, 0.3), 1, 0.9, s.odds(0.5)
    )
    s.limb((-width, 0), (width, 0), height, height, 0, 1.0)
    s.limb((0, -height + 0.05), (0, -height - roof), width * s.r(0.9, 1.4), width * s.r(0.2, 0.9), 1, 1.0, s.odds(0.7))
    s.limb((0, -height - roof), (0, -height - 2 * roof), width * 0.8, width * s.r(0.02, 0.6), 2, 0.9, s.odds(0.5))
    s.limb((-width * 1.3, height), (width * 1.3, height), 0.1, 0.1, 2, 1.0, s.odds(0.4))
    group = torch.where(s.odds(0.7), 3, 4)
    for x in (-0.9, -0.45, 0.0, 0.45, 0.9):
        tall = s.r(0.1, 0.6)
        s.limb((width * x, -height * tall), (width * x, height * tall), 0.1, 0.1, group, 1.0, s.odds(0.8))
    s.limb((0, 0), (0, height), s.r(0.08, 0.2), s.r(0.08, 0.2), 3, 0.8, s.odds(0.5))
    return s.figures(0.7)


FAMILIES: tuple[tuple[Callable[[_Sketch], Figures], float], ...] = (
    (_person, 1.3), (_portrait, 1.3), (_animal, 1.3), (_animal_face, 1.3), (_turned, 1.0), (_radial, 0.7),
    (_vehicle, 0.8), (_thing, 1.3), (_creature, 1.4), (_house, 0.6),
)  # fmt: skip
