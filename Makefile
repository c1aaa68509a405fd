# Every target sets up .venv by itself. PYTHON chooses the interpreter it is made from.
PYTHON ?= python3
BIN := .venv/bin
RUN := runs/savanna
# The versions everything was tested with; `make PINS= ...` takes the newest that pyproject.toml's ranges allow.
PINS ?= $(shell $(PYTHON) -c 'import sys; print("-c constraints.txt" if sys.version_info >= (3, 11) else "")')

.PHONY: lab train test bench notebooks handout lint clean

lab: .venv/lab.done
	$(BIN)/jupyter lab notebooks

train: .venv/library.done
	$(BIN)/uagt train --preset savanna --out $(RUN) $(if $(wildcard $(RUN)/checkpoints/step-*),--resume)

test: .venv/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest

bench: .venv/test.done
	$(BIN)/python -m tests.bench

notebooks: .venv/test.done
	$(BIN)/python -m uagt_lib.course.build

handout: .venv/test.done
	$(BIN)/python -m uagt_lib.course.build --check
	$(BIN)/python -m uagt_lib.course.build --handout

lint: .venv/test.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/library.done: EXTRAS =
.venv/lab.done: EXTRAS = [lab]
.venv/test.done: EXTRAS = [lab,test,eval,onnx]
.venv/%.done: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PINS) -e '.$(EXTRAS)'
	touch $@
