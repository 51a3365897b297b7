"""Python, evaluated abstractly: values, state, imports, expressions, statements, calls, and the ``nn.Module`` protocol."""

from .program import Options, Program

__all__ = ["Options", "Program"]
