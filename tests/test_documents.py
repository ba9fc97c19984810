"""The documents, held against what runs: commands parse, both languages say the same, links lead somewhere."""

import configparser
import inspect
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import mutoscope
from mutoscope.cli import build_parser
from mutoscope.hub.listing import abilities_table, known_table
from mutoscope.language.commands import expand_commands
from mutoscope.language.tokens import Tokenizer
from mutoscope.language.understanding import check_words, understand
from mutoscope.world.captions import vocabulary
from mutoscope.world.storybook.world import stage_vocabulary

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "mutoscope"
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (
    *READMES,
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/log.md",
    "docs/models.md",
    "docs/results.md",
    "src/mutoscope/samples/README.md",
)


def read(name: str) -> str:
    """The text of a document of the project."""
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of one language in a document."""
    return re.findall(rf"^```{language}\n(.*?)^```", read(name), re.DOTALL | re.MULTILINE)


def commands(name: str) -> list[list[str]]:
    """Every command of the `sh` blocks as words, without comments and without where the shell sends what it prints."""
    lines = [line.split(" > ")[0] for line in "".join(blocks(name, "sh")).splitlines()]
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def floor_table() -> list[list[str]]:
    """The rows of the floor table in docs/architecture.md, each as its cells."""
    section = read("docs/architecture.md").split("\n## Floors\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [row for row in rows if len(row) >= 2 and re.search(r"`\w+(\.py|/)`", row[-2])]


def named(cell: str) -> dict[str, bool]:
    """The rooms and modules that a cell names, each with whether it is marked as planned."""
    return {name: bool(planned) for name, planned in re.findall(r"`(\w+(?:\.py|/))`( \(planned\))?", cell)}


def test_both_readmes_hold_the_same_commands() -> None:
    english, chinese = (commands(name) for name in READMES)
    assert english == chinese
    assert ["make", "demo"] in english
    assert ["make", "test"] in english


@pytest.mark.parametrize("name", READMES)
def test_the_first_command_stands_before_line_25(name: str) -> None:
    first = next(number for number, line in enumerate(read(name).splitlines(), 1) if line.startswith("make demo"))
    assert first < 25


@pytest.mark.parametrize("words", [words for words in commands("README.md") if words[0] == "mutoscope"], ids=" ".join)
def test_every_command_in_the_readme_is_one_the_program_understands(words: list[str]) -> None:
    assert build_parser().parse_args(words[1:])


@pytest.mark.parametrize(
    "words", [words for words in commands("docs/models.md") if words[0] == "mutoscope"], ids=" ".join
)
def test_every_command_about_large_models_is_one_the_program_understands(words: list[str]) -> None:
    assert build_parser().parse_args(words[1:])


@pytest.mark.parametrize(("mark", "table"), [("classes", abilities_table), ("models", known_table)])
def test_the_tables_of_large_models_are_made_from_the_code(mark: str, table: Callable[[], str]) -> None:
    written = read("docs/models.md").split(f"<!-- {mark} -->\n")[1].split(f"\n<!-- /{mark} -->")[0]
    assert written == table()


def test_every_prompt_that_the_documents_show_is_understood() -> None:
    asked = [words for words in commands("README.md") if words[:2] == ["mutoscope", "generate"]]
    shown = [words[2] for words in asked if "--photo" in words]
    drawn = [words[2] for words in asked if "--photo" not in words]
    drawn += [words[3] for words in commands("README.md") if words[:2] == ["mutoscope", "extend"]]
    storybook = Tokenizer(stage_vocabulary(1))
    assert {prompt: check_words(prompt, storybook).unknown for prompt in drawn} == dict.fromkeys(drawn, ())
    shown += [word.removeprefix("PROMPT=") for words in commands("README.md") for word in words if "PROMPT=" in word]
    shown += re.findall(r"^DEFAULT_PROMPT := (.+)$", read("Makefile"), re.MULTILINE)
    tokenizer = Tokenizer(vocabulary())
    understood = {prompt: understand(expand_commands(prompt), tokenizer) for prompt in shown}
    assert {prompt: seen for prompt, seen in understood.items() if seen.unknown or seen.impossible} == {}


def test_what_the_readme_calls_impossible_is_told_as_impossible() -> None:
    assert "the horse runs" in read("README.md")
    assert understand("the horse runs", Tokenizer(vocabulary())).impossible


def test_every_target_in_the_readme_is_in_the_makefile() -> None:
    wanted = {words[1] for words in commands("README.md") if words[0] == "make"}
    offered = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    assert wanted <= offered


@pytest.mark.parametrize("name", READMES)
def test_python_in_the_readme_compiles_and_names_what_exists(name: str) -> None:
    examples = blocks(name, "python")
    assert examples
    for example in examples:
        compile(example, name, "exec")
        for verb in re.findall(r"\bmutoscope\.(\w+)", example):
            assert hasattr(mutoscope, verb)


@pytest.mark.parametrize("name", READMES)
def test_the_python_example_passes_what_generate_takes(name: str) -> None:
    (call,) = re.findall(r"mutoscope\.generate\((.*)\)", "".join(blocks(name, "python")))
    inspect.signature(mutoscope.generate).bind(**dict.fromkeys(re.findall(r"(\w+)=", call)), prompt=None)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(name: str) -> None:
    prose = re.sub(r"^```.*?^```", "", read(name), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'src="([^"]+)"', prose)
    local = [link.split("#")[0] for link in links if not re.match(r"https?://|#", link)]
    assert [link for link in local if not ((ROOT / name).parent / link).is_file()] == []


def test_the_floor_table_names_only_what_exists_or_is_marked_planned() -> None:
    wrong = []
    for row in floor_table():
        rooms = named(row[-2])
        for name, planned in (rooms | named(row[-1])).items():
            places = [PACKAGE / name, *(PACKAGE / room / name for room in rooms)]
            if any(place.exists() for place in places) == planned:
                wrong.append(name)
    assert wrong == []


def test_the_floor_table_and_the_import_contract_tell_the_same_floors() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", "utf-8")
    lines = contract["importlinter:contract:floors"]["layers"].strip().split("\n")
    linted = [{name.strip("()"): "(" in name for name in re.split(r"\s*[|:]\s*", line.strip())} for line in lines]
    drawn = [
        {name.removesuffix(".py").rstrip("/"): planned for name, planned in named(row[-2]).items()}
        for row in floor_table()
    ]
    assert drawn == linted
