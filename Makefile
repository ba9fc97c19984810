# Everything a person needs, on a machine that has python3 (3.11 or newer, with venv) and make.
# `make` alone lists the targets. What is installed lives in .venv; what is made lives in runs/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

# PHOTO and PROMPT are for the demo; PHOTOS, a folder of photos with mattes, is for the results. They reach the commands
# through the environment, letter for letter: `$(value …)` keeps make from expanding them, "$$PROMPT" keeps the shell from
# reading them; so spaces, quotes, dollars and Chinese survive.
ifeq ($(strip $(value PHOTO)),)
override PHOTO := src/mutoscope/samples/coffee.jpg
DEFAULT_PROMPT := the camera slowly zooms in, then the cup bounces
else
override PHOTO := $(value PHOTO)
DEFAULT_PROMPT := the camera slowly zooms in
endif
ifeq ($(origin PROMPT),undefined)
override PROMPT := $(DEFAULT_PROMPT)
else
override PROMPT := $(value PROMPT)
endif
OUTPUT ?= runs/demo.mp4
override OUTPUT := $(value OUTPUT)
override PHOTOS := $(value PHOTOS)
export PHOTO PROMPT OUTPUT PHOTOS
# Many tests start processes of their own, which need not compile the package again each time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test test-all lint bench results clean

help:
	@echo "make demo      animate a photo: make demo [PHOTO=beach.jpg] [PROMPT=\"the camera slowly zooms in\"]"
	@echo "make test      run the tests"
	@echo "make test-all  run the slow tests as well: large models, and what the server must survive"
	@echo "make lint      check style, types and the floors of the house"
	@echo "make bench     measure the speed of this machine, beside ffmpeg's zoompan and networks of diffusers"
	@echo "make results   measure everything again and write docs/results.md: make results [PHOTOS=folder]"
	@echo "make clean     remove what was installed and built; what you made in runs/ stays"

demo: $(VENV)/.ready
	@mkdir -p "$$(dirname -- "$$OUTPUT")"
	@$(BIN)/mutoscope generate --photo "$$PHOTO" --output "$$OUTPUT" -- "$$PROMPT"

test: $(VENV)/.ready-dev
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

test-all: $(VENV)/.ready-dev
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile -m "slow or not slow"

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.ready
	@$(BIN)/mutoscope bench

results: $(VENV)/.ready
	@$(BIN)/mutoscope evaluate motion --results docs/results.md $${PHOTOS:+--photos "$$PHOTOS"}

clean:
	rm -rf $(VENV) build *.egg-info src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Two stamps: the demo needs only what runs; tests and checks need the tools as well. Both are made again when the
# requirements change.
$(VENV)/.ready: pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "Mutoscope needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Install Python, or name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Mutoscope needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1). Name a newer one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV) || { \
	  echo "Python could not make a virtual environment. On Debian and Ubuntu its venv is a package of its own: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up in $(VENV), once. PyTorch is the large part; this takes a few minutes."
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(INSTALL) -e '.[dev]'
	@touch $@
