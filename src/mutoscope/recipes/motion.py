"""The run behind the bundled motion model: captions and scripts of the world, no pictures needed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.codecs.motion_code import CHANNELS, INDEX
from mutoscope.conditioning.condition import Arrow, encode_condition
from mutoscope.conditioning.photo import FEATURES, GRID, features_of
from mutoscope.families.family import FamilyBatch
from mutoscope.families.motion_denoiser import MotionDenoiserConfig, motion_diffusion
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.timeline import Timeline, parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer, blurred_words
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.vision.subject import Box
from mutoscope.world.captions import caption, is_held_out, vocabulary
from mutoscope.world.meanings import MEANINGS, meaning_at
from mutoscope.world.motions import script_to_codes
from mutoscope.world.sampling import sample_script
from mutoscope.world.script import Language, Script, SubjectAction

_TRAVELS = {a for a in SubjectAction if a.split()[0] in ("move", "rise", "fall", "drift")}


@dataclass(frozen=True)
class MotionBatches:
    """Batch after batch of scripts, captions and true codes; held-out words and combinations never appear."""

    size: int
    seed: int
    tokenizer: Tokenizer

    def afresh(self, seed: int) -> Self:
        """The same of other scripts."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> FamilyBatch:
        """The batch of a step: one length for all, since codes of a batch share their key times."""
        rng = numpy_rng(self.seed, f"motion/{step}")
        seconds = 3.0 if rng.random() < 0.7 else round(float(rng.uniform(1.0, 8.0)), 1)
        codes, timelines, photos, arrows, scripts = [], [], [], [], []
        for _ in range(self.size):
            script = seen_script(rng, seconds)
            language: Language = "en" if rng.random() < 0.55 else "zh"
            text = caption(script, rng, language)
            features, box = random_photo(rng)
            truth = script_to_codes(script, box, rng)
            codes.append(truth)
            timelines.append(parse_timeline(text, seconds))
            photos.append(features)
            arrows.append(_arrow(script, truth, rng))
            scripts.append(script)
        condition = encode_condition(self.tokenizer, timelines, photos, arrows)
        word_ids, ngram_ids = blurred_words(condition.word_ids.numpy(), condition.ngram_ids.numpy(), rng)
        return FamilyBatch(
            torch.from_numpy(np.stack(codes)),
            condition._replace(word_ids=torch.from_numpy(word_ids), ngram_ids=torch.from_numpy(ngram_ids)),
            torch.from_numpy(_meant(scripts, timelines, condition.segments.shape[1])),
        )


def seen_script(rng: np.random.Generator, seconds: float) -> Script:
    """A random script whose combinations are not held out."""
    while is_held_out(script := sample_script(rng, seconds)):
        pass
    return script


def random_photo(rng: np.random.Generator) -> tuple[NDArray[np.float32], Box]:
    """Features and subject's box of a made-up photo: a few ellipses that fill a box, often on the bottom edge."""
    width, height = np.exp(rng.uniform(np.log(0.1), np.log(0.85), 2))
    left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    if rng.random() < 0.35:
        top = 1 - height
    box = (float(left), float(top), float(left + width), float(top + height))
    aspect = float(np.exp(rng.uniform(-0.65, 0.65)))
    if rng.random() < 0.06:
        return features_of(np.zeros((GRID, GRID), np.float32), None, aspect), (0.35, 0.3, 0.65, 0.7)
    matte = np.zeros((32, 32), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        centre = (np.array(box[:2]) + rng.uniform(0.3, 0.7, 2) * (width, height)) * 32
        axes = rng.uniform(0.25, 0.5, 2) * (width, height) * 32
        cv2.ellipse(matte, (centre, axes * 2, float(rng.uniform(-20, 20))), 255, -1)
    grid = np.asarray(cv2.resize(matte, (GRID, GRID), interpolation=cv2.INTER_AREA) / 255, np.float32)
    return features_of(grid, box, aspect), box


def _meant(scripts: Sequence[Script], timelines: Sequence[Timeline], most: int) -> NDArray[np.float32]:
    """(B, `most`, M) what each segment means, by the scene in its middle; zero where there is none."""
    meant = np.zeros((len(scripts), most, len(MEANINGS)), np.float32)
    for row, script, timeline in zip(meant, scripts, timelines, strict=True):
        for place, segment in zip(row, timeline.segments, strict=False):
            place[:] = meaning_at(script, (segment.start + segment.end) / 2)
    return meant


def _arrow(script: Script, codes: NDArray[np.float32], rng: np.random.Generator) -> Arrow | None:
    """The true travel of the subject, sometimes, where it travels: so the model learns what a drawn arrow means."""
    if not any(move.action in _TRAVELS for scene in script.scenes for move in scene.subject) or rng.random() > 0.25:
        return None
    step = script.seconds / len(codes)
    x, y = codes[:, INDEX["subject_x"]].sum() * step, codes[:, INDEX["subject_y"]].sum() * step
    return float(x), float(y)


def motion_config(words: int) -> MotionDenoiserConfig:
    """Sizes of the bundled motion model."""
    return MotionDenoiserConfig(
        channels=len(CHANNELS), width=128, depth=4, heads=4, photo=FEATURES, meanings=len(MEANINGS),
        of_camera=tuple(index for index, name in enumerate(MEANINGS) if name.startswith("camera: ")),
        text=WordEncoderConfig(words=words, ngrams=NGRAM_BUCKETS, embedding=48, width=128, depth=2, heads=4, reach=4),
    )  # fmt: skip


def motion() -> Run:
    """The bundled motion model: diffusion on the motion codec (its card has the wall-clock)."""
    tokenizer = Tokenizer(vocabulary())
    config = motion_config(tokenizer.words)
    return Run(
        name="motion",
        config={"denoiser": asdict(config), "vocabulary": list(tokenizer.vocabulary), "meanings": list(MEANINGS)},
        build=lambda: motion_diffusion(config),
        batches=MotionBatches(size=128, seed=1, tokenizer=tokenizer),
        steps=6000,
        decay=0.45,
        optimiser=OptimiserConfig(muon_rate=0.015, adam_rate=2e-3),
        ema=0.998,
        journal_every=50,
        save_every=250,
    )


def tiny_motion() -> Run:
    """The same at a size for tests: a second or two."""
    full = motion()
    tokenizer = Tokenizer(vocabulary())
    config = replace(motion_config(tokenizer.words), width=32, depth=1, heads=2)
    return replace(
        full,
        name="tiny_motion",
        config={**full.config, "denoiser": asdict(config)},
        build=lambda: motion_diffusion(config),
        batches=MotionBatches(size=8, seed=1, tokenizer=tokenizer),
        steps=20,
        warmup=5,
        workers=0,
        journal_every=10,
        save_every=10,
    )
