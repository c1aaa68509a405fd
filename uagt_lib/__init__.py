"""Unsupervised attention-guided image-to-image translation (Mejjati et al., NeurIPS 2018), built to be read."""

__version__ = "0.2.0"
