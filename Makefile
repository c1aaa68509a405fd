# Every target sets up .venv by itself. PYTHON chooses the interpreter it is made from.
PYTHON ?= python3
BIN := .venv/bin
RUN := runs/savanna
# The versions everything was tested with; `make PINS= ...` takes the newest that pyproject.toml's ranges allow.
PINS ?= $(shell $(PYTHON) -c 'import sys; print("-c constraints.txt" if sys.version_info >= (3, 11) else "")')

.PHONY: lab train check test bench notebooks handout grade site site-serve lint clean

lab: .venv/lab.done
	$(BIN)/jupyter lab --ServerApp.root_dir=. notebooks/00_start_here.ipynb

train: .venv/library.done
	$(BIN)/uagt train --preset savanna --out $(RUN) $(if $(wildcard $(RUN)/checkpoints/step-*),--resume)

# For daily work: without the notebooks, and without the tests marked slow. `make test` has them all.
check: .venv/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n auto -m "not slow" tests

test: .venv/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n auto

bench: .venv/test.done
	$(BIN)/python -m tests.bench

notebooks: .venv/test.done
	$(BIN)/python -m uagt_lib.course.build

handout: .venv/test.done
	$(BIN)/python -m uagt_lib.course.build --check
	$(BIN)/python -m uagt_lib.course.handout

# make grade FOLDER=submitted: what each student's notebooks have solved, as submitted/grades.csv
grade: .venv/lab.done
	$(if $(FOLDER),,$(error say which notebooks: make grade FOLDER=submitted))
	$(BIN)/python -m uagt_lib.course.grade "$(FOLDER)"

# The course as a website; SOLUTIONS=1 makes the teachers' one, with answers. Needs Python 3.11 or newer, and npm.
SITE := build/site$(if $(SOLUTIONS),-solutions)
site: .venv/site.done
	$(BIN)/python -m uagt_lib.course.site $(if $(SOLUTIONS),--solutions)

site-serve: .venv/site.done
	test -e $(SITE)/index.html || $(MAKE) site
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE)

lint: .venv/test.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/library.done: EXTRAS =
.venv/lab.done: EXTRAS = [lab]
.venv/site.done: EXTRAS = [lab,onnx,site]
.venv/test.done: EXTRAS = [lab,test,eval,onnx,site]
.venv/%.done: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PINS) -e '.$(EXTRAS)'
	touch $@
