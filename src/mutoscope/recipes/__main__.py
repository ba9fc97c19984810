"""`python -m mutoscope.recipes NAME [--resume] [--stage N] …`: train where the rest of the package cannot be installed."""

import argparse
from pathlib import Path

from mutoscope.errors import MutoscopeError
from mutoscope.recipes.running import train

parser = argparse.ArgumentParser(prog="python -m mutoscope.recipes", allow_abbrev=False)
parser.add_argument("name", metavar="NAME")
parser.add_argument("--resume", action="store_true")
parser.add_argument("--compile", action="store_true", dest="compiled")
parser.add_argument("--changes", action="store_true", default=None)
for flag, kind in (
    ("folder", Path),
    ("photos", Path),
    ("codec", Path),
    ("stage", int),
    ("steps", int),
    ("pace", float),
    ("start", Path),
    ("teacher", Path),
):
    parser.add_argument(f"--{flag}", type=kind)
wanted = parser.parse_args()
try:
    print(train(**vars(wanted)).folder)
except MutoscopeError as error:
    parser.exit(2, f"{error.problem}\n  {error.rule}\n  {error.cure}\n")
