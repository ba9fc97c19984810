"""The alignment towers at a tiny size: pairs, contrast, ranking, retrieval."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mutoscope import api
from mutoscope.alignment.alignment import Alignment
from mutoscope.alignment.ranking import Frames, Ranker, best_first, seen
from mutoscope.alignment.towers import SEEN
from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.checkpoints.checkpoint import save_checkpoint
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.retrieval import measure_retrieval, retrieve
from mutoscope.language.tokens import Tokenizer
from mutoscope.manifest import Manifest, fingerprint
from mutoscope.media.video import Video
from mutoscope.recipes.alignment import StoryPairs, alignment, tiny_alignment
from mutoscope.recipes.running import train
from mutoscope.request import GenerateRequest
from mutoscope.seeding import numpy_rng, torch_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import Optimiser, OptimiserConfig
from mutoscope.world.storybook.captions import vocabulary
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.pairs import sample_apart, told_apart
from mutoscope.world.storybook.story import Act, Action, Actor, Beat, Colour, Kind, Story


def towers() -> Alignment:
    torch.manual_seed(0)
    model = tiny_alignment().build()
    assert isinstance(model, Alignment)
    return model


def ranker() -> Ranker:
    return Ranker(towers(), Tokenizer(vocabulary()))


def clip_of(story: Story, shape: ClipShape) -> Frames:
    frames = render_stories([story], shape, 3).frames[0]
    return (frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()


def manifest_of(frames: Frames, seed: int) -> Manifest:
    return Manifest(
        version="1", model="storybook", checkpoint="", request=GenerateRequest(prompt="a star", seed=seed).to_dict(),
        photo_sha256="", frames=len(frames), fps=8, width=64, height=64, rendering="", subject={}, timeline=[],
        not_understood=[], impossible=[], notes=[], frames_sha256=fingerprint(frames), torch="",
    )  # fmt: skip


def one_act(action: Action, colour: Colour = Colour.RED) -> Story:
    actor = Actor(kind=Kind.STAR, colour=colour)
    return Story(actors=(actor,), beats=(Beat(start=0.0, end=SEEN.seconds, acts=(Act(action=action),)),))


def test_no_caption_of_a_batch_fits_two_of_its_stories_and_nothing_held_out_is_shown() -> None:
    told = sample_apart(numpy_rng(5, "pairs"), 80, SEEN.seconds, stage=1)
    assert len({one.story for one in told}) == 80
    for language in (0, 1):
        assert len({one.captions[language] for one in told}) == 80
    assert not any(is_held_out(one.story) for one in told)
    assert all(is_held_out(one.story) for one in sample_apart(numpy_rng(5, "pairs"), 10, 3.0, stage=1, held_out=True))


def test_stories_that_differ_only_in_what_a_caption_leaves_open_are_kept_apart() -> None:
    open_ones = 0
    for seed in range(60):
        red, blue = one_act(Action.RISE), one_act(Action.RISE, Colour.BLUE)
        told = told_apart([red, red, blue], 2, numpy_rng(seed, "open"))
        if len(told) == 1:
            open_ones += 1
        else:
            assert [one.story for one in told] == [red, blue]
            for language, (word, other) in enumerate((("red", "blue"), ("红", "蓝"))):
                said = [one.captions[language].lower() for one in told]
                assert word in said[0]
                assert other in said[1]
    assert 5 < open_ones < 40  # one colour in eight is left open, and there are four captions each time


def test_the_pairs_of_a_step_are_always_the_same() -> None:
    source = StoryPairs(size=4, seed=3, stage=2, tokenizer=Tokenizer(vocabulary()))
    first, again, other = source(7), source(7), source(8)
    assert first.frames.shape == (4, 25, 3, 64, 64)
    assert first.frames.dtype == torch.uint8
    assert len(first.spoken.word_ids) == 8  # a caption in each language
    assert torch.equal(first.frames, again.frames)
    assert torch.equal(first.spoken.word_ids, again.spoken.word_ids)
    assert not torch.equal(first.frames, other.frames)


def test_vectors_have_length_one_and_hear_words_times_and_frames() -> None:
    compare = ranker()
    texts = compare.embed_texts(["a red star rises", "a red star falls", "一颗红色的星形升起"], 3.0)
    assert torch.allclose(texts.norm(dim=-1), torch.ones(3), atol=1e-5)
    assert not torch.allclose(texts[0], texts[1], atol=1e-4)
    timed = compare.embed_texts(["[0-1s] a star rises [1-3s] it falls", "[0-2s] a star rises [2-3s] it falls"], 3.0)
    assert not torch.allclose(timed[0], timed[1], atol=1e-4)
    shape = ClipShape(frames=25, height=64, width=64, fps=8)
    clips = compare.embed_clips([clip_of(one_act(action), shape) for action in (Action.RISE, Action.FALL)])
    assert not torch.allclose(clips[0], clips[1], atol=1e-4)


def test_every_parameter_learns() -> None:
    model, batch = towers(), tiny_alignment().batches(0)
    loss, numbers = model.loss("contrast", batch, torch_rng(0, "x"))
    loss.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(loss)
    assert 0 <= numbers["found"] <= 1
    # Blocks begin as nothing: what comes before a zero learns from the second step on.
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig())
    optimiser.step(1)
    model.loss("contrast", batch, torch_rng(0, "x"))[0].backward()  # type: ignore[no-untyped-call]
    still = {name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()}
    assert still <= {"text.encoder.position.weight"}, still


def overfitted() -> tuple[Alignment, list[float], float]:
    """Towers that know one batch of six clips by heart, their losses, and how often they find the pair at the end."""
    model, batch = towers(), tiny_alignment(stage=1).batches(0)
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.02, adam_rate=5e-3))
    losses, found = [], 0.0
    for step in range(60):
        loss, numbers = model.loss("contrast", batch, torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(1)
        losses.append(float(loss.detach()))
        found = numbers["found"]
    return model, losses, found


def test_it_overfits_one_batch_and_untrained_it_only_guesses() -> None:
    _, losses, found = overfitted()
    assert losses[0] > 1.3  # log 6 is a guess
    assert losses[-1] < 0.2
    assert found == 1


def test_of_variants_those_are_kept_that_fit_the_words_and_their_manifests_say_the_scores() -> None:
    source = tiny_alignment(stage=1).batches
    assert isinstance(source, StoryPairs)
    told = sample_apart(numpy_rng(source.seed, "alignment/0"), source.size, SEEN.seconds, stage=1)
    clips = [clip.permute(0, 2, 3, 1).numpy() for clip in source(0).frames]
    request = GenerateRequest(prompt=told[2].captions[0], variants=6, keep=2, seconds=SEEN.seconds, fps=SEEN.fps)
    videos = [Video(clip, SEEN.fps, manifest=manifest_of(clip, seed)) for seed, clip in enumerate(clips)]
    best = api.best_of(videos, request, Ranker(overfitted()[0], Tokenizer(vocabulary())))
    assert len(best) == 2
    assert best[0].frames is videos[2].frames
    first, second = (video.manifest for video in best)
    assert first is not None
    assert second is not None
    assert first.request["seed"] == 2
    assert (first.alignment["place"], second.alignment["place"]) == (1, 2)
    assert first.alignment["of"] == sorted(first.alignment["of"], reverse=True)
    assert first.alignment["score"] == first.alignment["of"][0] > second.alignment["score"]
    assert Manifest.from_json(first.to_json()) == first


def test_a_clip_is_seen_alike_at_every_size_and_rate() -> None:
    story = one_act(Action.RISE)
    small, large = (clip_of(story, ClipShape(frames=25, height=side, width=side, fps=8)) for side in (64, 128))
    assert seen(large).shape == (25, 3, 64, 64)
    assert (seen(large).float() - seen(small).float()).abs().mean() < 2
    assert torch.equal(seen(np.repeat(small, 3, axis=0)[1:-1]), seen(small))


def test_scores_rank_and_bad_clips_are_told() -> None:
    compare = ranker()
    clips = [np.full((24, 64, 64, 3), shade, np.uint8) for shade in (0, 128, 255)]
    scores = compare.scores("a red star rises", clips, 8)
    assert len(scores) == 3
    assert all(-1.001 <= score <= 1.001 for score in scores)
    assert scores == compare.scores("a red star rises", clips, 8)
    assert best_first([0.1, 0.5, 0.3, 0.5]) == [1, 3, 2, 0]
    with pytest.raises(MutoscopeError, match=r"lasts 1\.0 s"):
        compare.scores("a star", [clips[0][:8]], 8)
    with pytest.raises(MutoscopeError, match="square"):
        compare.scores("a star", [clips[0][:, :32]], 8)


def test_a_trained_checkpoint_opens_as_the_same_towers(tmp_path: Path) -> None:
    checkpoint = train("tiny_alignment", folder=tmp_path)
    opened = open_ranker(checkpoint.folder)
    again = open_ranker(checkpoint.folder)
    clips = [np.random.default_rng(0).integers(0, 255, (25, 64, 64, 3), np.uint8)]
    assert opened.scores("a dog runs", clips, 8) == again.scores("a dog runs", clips, 8)
    assert checkpoint.config["stage"] == 4
    with pytest.raises(MutoscopeError, match="no alignment towers"):
        open_ranker(tmp_path / "nowhere")


def test_the_bundled_towers_weigh_at_most_four_megabytes() -> None:
    assert 2 * sum(p.numel() for p in alignment().build().parameters()) <= 4_000_000


def test_retrieval_counts_the_diagonal_both_ways() -> None:
    similar = torch.tensor([[0.9, 0.1, 0.0], [0.8, 0.2, 0.1], [0.0, 0.1, 0.7]])
    score = retrieve(similar)
    assert (score.clip_of_caption.right, score.clip_of_caption.asked) == (2, 3)
    assert (score.caption_of_clip.right, score.caption_of_clip.asked) == (3, 3)


def test_untrained_towers_retrieve_at_chance_and_shuffled_pairs_stand_beside(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, tiny_alignment().config, towers(), "untrained")
    report = measure_retrieval(open_ranker(tmp_path), clips=12, galleries=1, stage=1, seed=0)
    assert set(report.scores) == {
        "seen compositions, en", "seen compositions, zh", "seen compositions, shuffled",
        "never seen together, en", "never seen together, zh", "never seen together, shuffled",
    }  # fmt: skip
    asked = [score.clip_of_caption.asked for score in report.scores.values()]
    assert sorted(asked) == [12, 12, 12, 12, 24, 24]
    assert all(score.clip_of_caption.right <= 6 for score in report.scores.values())
    assert "| chance | 8.3 % | 8.3 % |" in report.table()
    with pytest.raises(MutoscopeError, match="leave no choice"):
        api.evaluate_retrieval(clips=1, checkpoint=tmp_path)


def test_keep_is_refused_where_the_towers_know_nothing() -> None:
    with pytest.raises(MutoscopeError, match="No more can be kept"):
        GenerateRequest(prompt="a star", variants=2, keep=3)
    wanted = GenerateRequest(prompt="the camera zooms in", photo=str(api.SAMPLE), variants=2, keep=1)
    assert wanted.variant(1) == replace(wanted, seed=1, variants=1, keep=0)
    with pytest.raises(MutoscopeError, match="--keep needs a clip of the storybook"):
        api.generate_best(wanted)
