# The environment is made on first use; nothing but Python (3.11 or newer, with venv), git and make is needed.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: test demo lint bench soak fuzz docs clean

test: export PYTHONDONTWRITEBYTECODE :=  # what pytest compiles once, workers and mutants read
test: $(VENV)/ready
	$(RUN) -m pytest --numprocesses=auto --dist=worksteal $(PYTEST)

demo: $(VENV)/ready
	$(RUN) -I examples/demo.py
	$(RUN) -I examples/demo_people.py

lint: $(VENV)/ready
	$(VENV)/bin/ruff check src tests bench examples fuzz
	$(VENV)/bin/mypy

bench: $(VENV)/ready
	$(RUN) bench/run.py

soak: $(VENV)/ready
	$(RUN) bench/soak.py

fuzz: $(VENV)/ready
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	nice -n 19 $(RUN) fuzz/run.py $(FUZZ)

docs: $(VENV)/ready
	$(RUN) docs/generate.py

$(VENV)/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gitward needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .demo .pytest_cache .mypy_cache .ruff_cache
