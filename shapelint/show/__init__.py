"""``shapelint show``: a model as a table of its layers, found without running it."""

from .models import ShowOptions, Wanted, show_targets
from .summary import ModelSummary

__all__ = ["ModelSummary", "ShowOptions", "Wanted", "show_targets"]
