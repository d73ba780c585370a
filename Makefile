# One word does all the set-up it needs: `make demo`, `make test`, `make lab`, `make site`.
PYTHON ?= python3
BIN := .venv/bin
SITE := .venv-site/bin/smalldocs

.PHONY: help env demo test test-slow log mutants lab site readme export clean-notebooks hooks

help:
	@echo "make demo   install the base pinned, train on the embedded example, write runs/demo/report.html"
	@echo "make test   install everything pinned, test every notebook and build the site"
	@echo "make lab    open the notebooks in JupyterLab"
	@echo "make site   build the site (Quarto if it is installed, else smalldocs)"
	@echo "make env    only install, into .venv"
	@echo "make log    run the experiment log anew, each entry from a fresh kernel, on its archived runs; ENTRY=2025-05-12-overfit for one"
	@echo "also: test-slow, mutants, readme, export, clean-notebooks, hooks"

# The base is what the demo needs; everything else is installed on top of it, into the same .venv.
.venv/base: settings.ini setup.py pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is %d.%d; use make PYTHON=python3.11" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/all: .venv/base
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	@touch $@

env: .venv/all

$(SITE): constraints.txt
	$(PYTHON) -m venv .venv-site
	.venv-site/bin/python -m pip install --quiet smalldocs==0.5.4 latex2mathml==3.81.1
	@touch $@

demo: .venv/base
	$(BIN)/torchcell_nb demo

test: env $(SITE)
	$(BIN)/python .ci/test.py

test-slow: env $(SITE)
	$(BIN)/python .ci/test.py --slow

# Trains nothing but each entry's small version: the slow cells, which made the archives, are left out.
log: .venv/all
	$(BIN)/python .ci/test.py experiments/log/$(ENTRY)

# Before a release, not in CI: about an hour of processor time, and it goes on where it was stopped.
mutants: env
	$(BIN)/python .ci/mutants.py

lab: env
	$(BIN)/jupyter lab --notebook-dir nbs

site: env $(SITE)
	$(BIN)/python .ci/site.py

readme: env
	$(BIN)/python .ci/readme.py

export: env
	$(BIN)/nbdev_export

clean-notebooks: env
	$(BIN)/nbdev_clean

hooks:
	git config core.hooksPath .githooks
