"""All models as lists: what is bundled, on this disk, or known on the hub, and whether it fits here."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from mutoscope.hub.catalogue import KNOWN, Known, known_model
from mutoscope.hub.dialects import DIALECTS
from mutoscope.hub.memory import Machine, fitting, this_machine
from mutoscope.hub.model import HubModel
from mutoscope.hub.shelf import models_here

Where = Literal["bundled", "on this disk", "on the hub"]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One model as a person is told of it; None: not known."""

    name: str  # as --model takes it
    where: Where
    licence: str | None
    excludes: str | None
    size: int | None  # bytes; of a model on the hub those of its largest parts
    memory: str | None  # what is said to be enough
    can: tuple[str, ...]
    fits: str

    def told(self) -> list[str]:
        """The same in a few lines."""
        size = _amount(self.size) if self.size is not None else "its size is told before it is fetched"
        size = f"{size} and more to fetch" if self.size and self.where == "on the hub" else size
        excludes = "whom it excludes is not known" if self.excludes is None else f"excludes {self.excludes or 'nobody'}"
        return [
            f"  {self.name}, {size}",
            f"    licence: {self.licence or 'not known'}, {excludes}",
            f"    needs {self.memory or 'an amount of memory that is not known'}; here: {self.fits}",
            f"    takes {', '.join(self.can)}",
        ]


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def large_models() -> list[Listed]:
    """Large models on this disk, then those known on the hub."""
    machine = this_machine()
    here = models_here() if find_spec("huggingface_hub") else ()
    names = {model.name.lower() for model in here}
    away = [known for known in KNOWN if known.id.lower() not in names]
    return [*(_here(model, machine) for model in here), *(_away(known, machine) for known in away)]


def _here(model: HubModel, machine: Machine) -> Listed:
    known = known_model(model.name)
    ladder = fitting(model.bytes_of, machine, model.pipeline)
    can = known.can() if known else [f"from {kind}" for kind in model.dialects]
    return Listed(
        name=f"hub:{model.name}",
        where="on this disk",
        licence=known.licence if known else None,
        excludes=known.excludes if known else None,
        size=sum(model.bytes_of.values()),
        memory=_needs(known) if known else None,
        can=tuple(can),
        fits=f"with {', '.join(ladder[0].names())}" if ladder else "too little memory is free",
    )


def _away(known: Known, machine: Machine) -> Listed:
    return Listed(
        name=f"hub:{known.id}",
        where="on the hub",
        licence=f"{known.licence}{' (agree on its page first)' if known.gated else ''}" if known.licence else None,
        excludes=known.excludes,
        size=round(known.fetched * 1e9) if known.fetched else None,
        memory=_needs(known),
        can=tuple(known.can()),
        fits=_fits(known, machine),
    )


def _needs(known: Known) -> str | None:
    return f"{known.gpu:g} GB of GPU memory {known.how}" if known.gpu else None


def _fits(known: Known, machine: Machine) -> str:
    if machine.accelerator != "cuda":
        return "no GPU is here: hours, if its memory is enough"
    if known.gpu is None:
        return "not known; its size is told before it is fetched"
    return "yes" if machine.free >= known.gpu * 1e9 else f"no: {machine.free / 1e9:.0f} GB of GPU memory are free"


def abilities_table() -> str:
    """What every class can be asked for, as a Markdown table."""
    mark = {True: "yes", False: "–"}
    rows = [
        "| class in diffusers | models | begins with | words | negative | rate | motion | sound | frames (more) | sides |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    begins = {"text": "words", "photo": "a photo", "last": "a photo, ends with another"}
    for told in DIALECTS:
        rate = f"any ({told.fps})" if told.rate else str(told.fps)
        frames = f"{told.frames} ({'no' if told.longest else 'drifts'})"
        cells = [
            f"`{told.pipeline}`", told.name, begins[told.kind], mark[told.prompt], mark[told.negative], rate,
            mark[bool(told.motion)], mark[told.sound], frames, f"× {told.sides}",
        ]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def known_table() -> str:
    """What is known of the models on the hub, as a Markdown table."""
    rows = [
        "| model | licence | excludes | to fetch | memory said to be enough | can |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for known in KNOWN:
        excludes = "not known" if known.excludes is None else known.excludes or "nobody"
        size = f"{known.fetched:g} GB and more" if known.fetched else "not known"
        cells = [f"`hub:{known.id}`", known.licence or "not known", excludes, size, _needs(known) or "not known"]
        rows.append(f"| {' | '.join([*cells, ', '.join(known.can())])} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(abilities_table(), known_table(), sep="\n\n")
