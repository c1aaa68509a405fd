"""The systems of the paper's Table 1 that need more than other `Pieces`: one `Model` subclass a module."""
