"""The house itself: its tree, its floors, its size, its version, and what it costs to open the door."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mutoscope

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "mutoscope"
LIGHT = ("cli", "request", "errors", "manifest", "progress", "shapes", "version")  # must open without torch
MEGABYTE = 1_000_000


def source_files() -> list[Path]:
    """Every Python file of the package, in order."""
    return sorted(PACKAGE.rglob("*.py"))


def kept_files() -> list[Path]:
    """Every file that belongs to the project: what git tracks or would track, or everything where git is not."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        folders = ("src", "tests", "docs", ".ci")
        return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def readme_tree() -> dict[str, str]:
    """The tree in the README: path inside the package (folders end in /) to its phrase."""
    block = re.search(r"```text\nsrc/mutoscope/\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block, "README.md holds no ```text block that begins with src/mutoscope/"
    tree: dict[str, str] = {}
    above: list[str] = []  # the folders that the line stands in
    for line in block[1].splitlines():
        entry = re.fullmatch(r"((?:│   |    )*)[├└]── (\S+)(?: +(.*\S))?", line)
        assert entry, f"not a line of a tree: {line!r}"
        above = above[: len(entry[1]) // 4]
        name = "".join(above) + entry[2]
        assert name not in tree, f"{name} stands twice in the README's tree"
        tree[name] = entry[3] or ""
        above.append(entry[2])
    return tree


def real_tree() -> set[str]:
    """The same paths, read off the disk: rooms, rooms inside them, and every module but the `__init__` files."""
    kept = [path.relative_to(PACKAGE) for path in kept_files() if path.is_relative_to(PACKAGE)]
    modules = [path for path in kept if path.suffix == ".py"]
    folders = {path.parent for path in modules} | {Path(path.parts[0]) for path in kept if len(path.parts) > 1}
    named = {path.as_posix() for path in modules if path.name != "__init__.py"}
    return named | {f"{folder.as_posix()}/" for folder in folders if folder.parts}


def floors() -> list[set[str]]:
    """The floors of the import contract, top first, without the planned rooms."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", "utf-8")
    lines = contract["importlinter:contract:floors"]["layers"].split("\n")
    return [
        {name for name in re.split(r"\s*[|:]\s*", line.strip()) if "(" not in name} for line in lines if line.strip()
    ]


def run_python(code: str) -> str:
    """What a fresh interpreter prints for `code`."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_tree_in_the_readme_is_the_real_tree() -> None:
    assert set(readme_tree()) == real_tree()


def test_every_file_in_the_readme_tree_has_one_phrase() -> None:
    assert [name for name, phrase in readme_tree().items() if not phrase] == []


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in source_files() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


def test_every_room_is_a_package() -> None:
    assert [room for room in {path.parent for path in source_files()} if not (room / "__init__.py").exists()] == []


def test_every_room_and_module_stands_on_a_floor() -> None:
    real = {
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or path.is_dir()
    }
    no_room = {"__init__", "__main__", "__pycache__", "samples", "weights"}
    assert set().union(*floors()) == real - no_room


def test_no_file_outgrows_four_hundred_lines() -> None:
    files = source_files() + sorted((ROOT / "tests").rglob("*.py"))
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_no_drawer_stands_among_the_rooms() -> None:
    drawers = r"(utils?|helpers?|misc|common|tools)"
    assert [
        path for path in source_files() if re.fullmatch(drawers, path.stem) or re.fullmatch(drawers, path.parent.name)
    ] == []


def test_the_version_is_the_top_of_the_changelog() -> None:
    top = re.search(r"^## \[(.+?)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert top
    assert top[1] == mutoscope.__version__


def test_no_pickle_is_kept() -> None:
    assert [
        path for path in kept_files() if path.suffix in {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".npz"}
    ] == []


def test_only_weights_and_pictures_of_results_are_large() -> None:
    def allowed(path: Path) -> int:
        if path.is_relative_to(PACKAGE / "weights") and path.suffix == ".safetensors":
            return 12 * MEGABYTE
        return MEGABYTE

    assert [path for path in kept_files() if path.stat().st_size > allowed(path)] == []


def test_every_bundled_model_keeps_to_its_share_of_the_weights() -> None:
    share = {
        "motion": 6,
        "matte": 4,
        "latent": 12,
        "alignment": 4,
        "diffusion": 12,
        "choreographer": 4,
        "gan": 12,
        "autoregressive": 12,
        "upsampler": 2,
    }
    sizes: dict[str, int] = dict.fromkeys(share, 0)
    for path in kept_files():
        if path.is_relative_to(PACKAGE / "weights") and path.suffix == ".safetensors":
            sizes[path.relative_to(PACKAGE / "weights").parts[0]] += path.stat().st_size
    assert sizes["motion"] > 0
    assert {name: size for name, size in sizes.items() if size > share[name] * MEGABYTE} == {}
    assert sum(sizes.values()) <= 48 * MEGABYTE


def test_importing_the_package_does_not_import_torch() -> None:
    assert run_python("import sys, mutoscope; print('torch' in sys.modules)").strip() == "False"


@pytest.mark.parametrize("module", LIGHT)
def test_a_light_module_does_not_import_torch(module: str) -> None:
    assert run_python(f"import sys, mutoscope.{module}; print('torch' in sys.modules)").strip() == "False"


def test_help_does_not_import_torch() -> None:
    code = """
import sys
from mutoscope.cli import main
sys.argv = ["mutoscope", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code
print("torch" in sys.modules)
"""
    shown = run_python(code)
    assert shown.splitlines()[-1] == "False"
    assert "generate" in shown


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_hands_photo_and_prompt_on_letter_for_letter(tmp_path: Path) -> None:
    photo, prompt = 'my "beach" #1 $HOME.jpg', '镜头慢慢推近，it\'s "so" $x $(y) `id` \\ | # then'
    fake = tmp_path / "bin" / "mutoscope"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", "utf-8")
    fake.chmod(0o755)
    (tmp_path / ".ready").touch()
    command = ["make", "-s", "-o", str(tmp_path / ".ready"), "demo", f"VENV={tmp_path}", f"OUTPUT={tmp_path}/clip.mp4"]
    # An outer make (`make test`) must not pass its own flags and wishes on to this one.
    clean = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "PHOTO", "PROMPT")
    }
    command += [f"PHOTO={photo}", f"PROMPT={prompt}"]
    shown = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True).stdout.splitlines()
    assert photo in shown
    assert prompt in shown
