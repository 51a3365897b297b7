"""Tensor-shape checking for PyTorch, without importing torch or running anything."""

__version__ = "0.1.0"
