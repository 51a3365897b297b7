"""How much of a tree was followed: a table of classes, worst first, and the reasons for the rest, with the places where each is met most often."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..check import Coverage

_PLACES = 3  # that are named for a reason
Row = tuple[str, ...]


def share(known: int, calls: int) -> str:
    """``61 %``, rounded down: 100 is everything."""
    return f"{100 * known // calls} %" if calls else ""


def headline(coverage: "Coverage") -> str:
    found = share(coverage.known, coverage.calls)
    return f"{coverage.known} of {coverage.calls} layer calls with known shapes" + (f" ({found})" if found else "")


def class_rows(coverage: "Coverage", most: int) -> list[Row]:
    """Share, calls with unknown shapes, calls, and class: those with most unknown calls first."""
    found = [(calls - known, calls, known, f"{file}:{name}") for (file, name), (calls, known) in coverage.by_class.items() if known < calls]
    found.sort(key=lambda row: (-row[0], row[3]))
    return [(share(known, calls), str(lost), str(calls), where) for lost, calls, known, where in found[:most]]


def complete(coverage: "Coverage") -> int:
    """How many classes had known shapes only."""
    return sum(known == calls for calls, known in coverage.by_class.values())


def reason_rows(coverage: "Coverage", most: int) -> list[Row]:
    """Count, why, what, and where it is met most often."""
    ranked = sorted(coverage.reasons.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [(str(count), why, what, ", ".join(_places(coverage, (why, what)))) for (why, what), count in ranked]


def _places(coverage: "Coverage", reason: tuple[str, str]) -> Sequence[str]:
    ranked = sorted(coverage.places.get(reason, {}).items(), key=lambda item: (-item[1], item[0]))
    return [f"{file}:{line}" for (file, line), _ in ranked[:_PLACES]]


def as_object(coverage: "Coverage", most: int) -> dict[str, Any]:
    """The same for other programs."""
    classes = sorted(coverage.by_class.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))[:most]
    reasons = sorted(coverage.reasons.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {
        "calls": coverage.calls, "known": coverage.known,
        "classes": [{"file": file, "class": name, "calls": calls, "known": known} for (file, name), (calls, known) in classes],
        "reasons": [{"count": count, "why": why, "what": what, "places": list(_places(coverage, (why, what)))} for (why, what), count in reasons],
    }
