"""Source edits: applying what a diagnostic's fix says, and nothing else."""

from .edits import OverlapError, apply_edits

__all__ = ["OverlapError", "apply_edits"]
