"""A training run: what decides it, its loop, its checkpoints, and what can go wrong."""
