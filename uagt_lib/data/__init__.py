"""Pictures: drawn, downloaded, read from folders, and cropped for a training step."""
