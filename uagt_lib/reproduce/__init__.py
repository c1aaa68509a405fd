"""The paper's tables and figures in miniature, on drawn pictures, each from one command."""
