"""What is reported: a diagnostic with its places and, where there is one, its fix. Nothing here knows about output formats."""

from enum import Enum
from typing import Any

from .source.text import Span


class Severity(Enum):
    """``ERROR``: torch refuses, for the stated input or for every input. ``WARNING``: torch accepts, the result is probably not meant."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Applicability(Enum):
    """How far a fix may be trusted: applied by default, applied when asked for, or only shown."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    SUGGESTED = "suggested"


class Label:
    """A secondary place with a few words: ``receives (4, 576)``."""

    __slots__ = ("span", "text")

    def __init__(self, span: Span, text: str) -> None:
        self.span, self.text = span, text


class Edit:
    """Replace the text at ``span``; an empty span inserts."""

    __slots__ = ("replacement", "span")

    def __init__(self, span: Span, replacement: str) -> None:
        self.span, self.replacement = span, replacement


class Fix:
    """Edits that belong together, with what they do in a few words."""

    __slots__ = ("applicability", "edits", "title")

    def __init__(self, title: str, edits: tuple[Edit, ...], applicability: Applicability) -> None:
        self.title, self.edits, self.applicability = title, edits, applicability


class Diagnostic:
    """One finding. ``label`` is the text under the primary place; ``notes`` are lines after the excerpt (sizes chain, input); ``data`` is
    what the finding says for programs, beyond its words."""

    __slots__ = ("code", "data", "fix", "label", "labels", "message", "notes", "rule", "severity", "span")

    def __init__(
        self, code: str, rule: str, severity: Severity, message: str, span: Span, *, label: str = "",
        labels: tuple[Label, ...] = (), notes: tuple[str, ...] = (), fix: Fix | None = None,
    ) -> None:
        self.code, self.rule, self.severity, self.message, self.span = code, rule, severity, message, span
        self.label, self.labels, self.notes, self.fix = label, labels, notes, fix
        self.data: dict[str, Any] | None = None
