"""What is read: files, notebooks and standard input, as text, tree and places."""

from .text import Cell, Problem, SourceFile, Span

__all__ = ["Cell", "Problem", "SourceFile", "Span"]
