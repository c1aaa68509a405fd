"""`OFFLINE` on PYTHONPATH cuts a Python off from the network: for tests of lessons, and for grading."""

from pathlib import Path

OFFLINE = Path(__file__).parent
