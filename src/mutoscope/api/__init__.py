"""The verbs: everything that the command, the page and the server can do, as plain functions."""

from mutoscope.api.choreography import evaluate_choreographer
from mutoscope.api.comparing import check_comparison, compare, entrants
from mutoscope.api.loading import RUNS, bundled_models, doctor, export, load, load_hub, models, offer
from mutoscope.api.looking import look
from mutoscope.api.looks import draw_looks
from mutoscope.api.making import (
    best_of,
    extend,
    generate,
    generate_best,
    generate_request,
    replay,
    stream,
    stream_request,
)
from mutoscope.api.measuring import (
    SAMPLE,
    bench,
    bench_drawing,
    bench_families,
    draw_examples,
    draw_learning_curves,
    evaluate_distances,
    evaluate_motion,
    evaluate_raising,
    evaluate_retrieval,
    evaluate_ruler,
    evaluate_storybook,
)
from mutoscope.api.mixing import evaluate_mixers
from mutoscope.api.predicting import evaluate_drift, evaluate_prediction
from mutoscope.api.reading import check, draft, estimate, read_prompt, refusal
from mutoscope.api.shapes import evaluate_mocogan_shapes, evaluate_moving_shapes
from mutoscope.api.tuning import train_lora
from mutoscope.api.worlds import world_clip, world_of
from mutoscope.evaluation.attention import PICTURES
from mutoscope.evaluation.comparison.comparison import COMPARED
from mutoscope.evaluation.report import bench_table, markdown, written
from mutoscope.hub.offer import fetch
from mutoscope.hub.tuning import Tuning, tunable
from mutoscope.media.video import Video
from mutoscope.recipes.running import train

__all__ = [
    "COMPARED",
    "PICTURES",
    "RUNS",
    "SAMPLE",
    "Tuning",
    "Video",
    "bench",
    "bench_drawing",
    "bench_families",
    "bench_table",
    "best_of",
    "bundled_models",
    "check",
    "check_comparison",
    "compare",
    "doctor",
    "draft",
    "draw_examples",
    "draw_learning_curves",
    "draw_looks",
    "entrants",
    "estimate",
    "evaluate_choreographer",
    "evaluate_distances",
    "evaluate_drift",
    "evaluate_mixers",
    "evaluate_mocogan_shapes",
    "evaluate_motion",
    "evaluate_moving_shapes",
    "evaluate_prediction",
    "evaluate_raising",
    "evaluate_retrieval",
    "evaluate_ruler",
    "evaluate_storybook",
    "export",
    "extend",
    "fetch",
    "generate",
    "generate_best",
    "generate_request",
    "load",
    "load_hub",
    "look",
    "markdown",
    "models",
    "offer",
    "read_prompt",
    "refusal",
    "replay",
    "stream",
    "stream_request",
    "train",
    "train_lora",
    "tunable",
    "world_clip",
    "world_of",
    "written",
]
