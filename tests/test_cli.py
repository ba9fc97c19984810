"""The terminal door: its flags are the request's fields, its errors teach, and after an error nothing is written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mutoscope
from mutoscope.cli import build_parser, main
from mutoscope.request import flag, wishes

SAMPLE = Path(mutoscope.__file__).parent / "samples" / "coffee.jpg"
WEIGHTS = Path(mutoscope.__file__).parent / "weights" / "motion" / "config.json"


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "mutoscope", *words], capture_output=True, text=True, check=False)


def test_help_is_quick() -> None:
    run("--help")
    started = time.perf_counter()
    shown = run("--help")
    assert time.perf_counter() - started < 0.6  # 0.1 s on an idle machine; the rest is for busy ones
    assert all(command in shown.stdout for command in ("generate", "replay", "doctor", "evaluate", "train", "world"))


def test_every_wish_is_a_flag_and_its_help_says_what_it_does() -> None:
    shown = " ".join(run("generate", "--help").stdout.split())
    for name, wish in wishes().items():
        assert name == "prompt" or f"{flag(name)} {wish.metavar}" in shown
        assert wish.help in shown


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert not end.value.code
    assert capsys.readouterr().out.strip() == f"mutoscope {mutoscope.__version__}"


def test_a_prompt_may_begin_with_a_dash_after_two_dashes() -> None:
    assert build_parser().parse_args(["generate", "--photo", "p.jpg", "--", "--zoom in"]).prompt == "--zoom in"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "required"),
        (("generte", "zoom in"), "generte"),
        (("generate",), "PROMPT"),
        (("generate", "zoom in", "--phto", "p.jpg"), "Did you mean --photo?"),
        (("generate", ""), "prompt is empty"),
        (("generate", "a" * 10_000), "10,000 characters"),
        (("generate", "zoom in", "--seconds", "0"), "seconds is '0'"),
        (("evaluate", "ruler", "--plot", "p.png"), "takes no --plot"),
        (("evaluate", "curves", "--scenes", "3"), "It takes --runs, --sheet."),
        (("generate", "zoom in", "--seconds", "1000"), "0.5 to 10"),
        (("generate", "zoom in", "--seconds", "-3"), "seconds is '-3'"),
        (("generate", "zoom in", "--size", "big"), "--size 1280x720"),
        (("generate", "zoom in", "--photo", "nowhere.jpg"), "no photo nowhere.jpg"),
        (("generate", "zoom in", "--photo", "empty.jpg"), "empty.jpg is empty"),
        (("generate", "zoom in", "--photo", "text.jpg"), "text.jpg is no photo"),
        (("generate", "zoom in", "--photo", str(SAMPLE), "--mask", "nowhere.png"), "nowhere.png"),
        (("generate", "zoom in", "--photo", str(SAMPLE), "--output", "clip.avi"), ".mp4, .webm, .gif, .png"),
        (("generate", "zoom in", "--photo", str(SAMPLE), "--output", "missing/clip.mp4"), "mkdir -p missing"),
        (("generate", "zoom in", "--photo", "own.png", "--output", "own.png"), "overwritten"),
        (("replay", "nowhere.mp4", "--output", "clip.mp4"), "nowhere.mp4"),
        (("replay", "clip.avi"), "ends in .avi"),
    ],
)
def test_bad_input_ends_with_2_names_value_rule_and_cure_and_writes_nothing(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("This is no picture.")
    (tmp_path / "own.png").write_bytes(SAMPLE.read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(words) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert len(shown.err.splitlines()) == 3
    assert shown.out == ""
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_bad_input_shows_no_traceback_and_loads_no_model() -> None:
    shown = run("generate", "zoom in", "--photo", "nowhere.jpg")
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr
    code = "import sys; from mutoscope.cli import main; main(sys.argv[1:]); print('torch' in sys.modules)"
    command = [sys.executable, "-c", code, "generate", "zoom in", "--photo", "nowhere.jpg"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"


@pytest.mark.skipif(not WEIGHTS.exists(), reason="no weights are bundled yet")
def test_who_stops_listening_sees_no_traceback() -> None:
    listed = subprocess.Popen(
        [sys.executable, "-m", "mutoscope", "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert listed.stdout
    assert listed.stderr
    listed.stdout.close()
    assert listed.stderr.read() == ""
    assert listed.wait() == 141


def test_ctrl_c_ends_within_a_second_without_traceback_and_without_half_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mutoscope", "generate", "the camera zooms in", "--photo", str(SAMPLE)]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    assert running.stderr
    assert "memory" in running.stderr.readline()  # the estimate: the work begins now
    started = time.perf_counter()
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=20)[1]
    assert running.returncode in (
        130,
        -signal.SIGINT,
    )  # a shell shows 130 for both; which it is, Python's importer decides
    assert time.perf_counter() - started < 2  # a second on an idle machine
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
