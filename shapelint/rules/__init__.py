"""What a person should be told: one rule per file, found by walking this package."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from os import listdir

from ..diagnostics import Diagnostic
from ..interp.events import Event, Refused
from ..ops.problems import Problem
from .declare import Refusal, Rule, Settings, registered, rule

_FRAMEWORK = frozenset({"contracts", "declare", "fixes", "places", "windows", "wording"})
_loaded = False


def modules_of(path: Iterable[str]) -> list[str]:
    """The modules of a package, by name. ``pkgutil.iter_modules`` would import ``inspect``, which costs more than all rules together."""
    return sorted(entry[:-3] for folder in path for entry in listdir(folder) if entry.endswith(".py") and entry != "__init__.py")


def load() -> None:
    """Import every rule of this package, once."""
    global _loaded
    if not _loaded:
        _loaded = True
        for name in modules_of(__path__):
            if name not in _FRAMEWORK:
                import_module(f"{__name__}.{name}")


def rules() -> list[type[Rule]]:
    """Every rule, by code."""
    load()
    return [registered()[code] for code in sorted(registered())]


def by_code(code: str) -> type[Rule]:
    """The rule with this code. KeyError where there is none."""
    load()
    return registered()[code]


def off_by_default() -> frozenset[str]:
    """The codes that are reported only where somebody selects them."""
    return frozenset(found.code for found in rules() if not found.default)


def matching(selector: str) -> frozenset[str]:
    """The codes that a selector means: a code, a prefix of codes, a rule's name, or ``ALL``."""
    return frozenset(found.code for found in rules() if selector in ("ALL", found.name) or found.code.startswith(selector))


class Judge:
    """The rules of one run: hand it events, get diagnostics."""

    def __init__(self, settings: Settings, enabled: frozenset[str]) -> None:
        self._refusals: dict[Problem, list[Rule]] = {}
        self._others: dict[type, list[Rule]] = {}
        for declared in rules():
            if declared.code in enabled:
                self._add(declared(settings))

    def _add(self, found: Rule) -> None:
        for problem in found.problems:
            self._refusals.setdefault(problem, []).append(found)
        for kind in found.listens:
            if kind is not Refused:
                self._others.setdefault(kind, []).append(found)

    def _interested(self, event: Event) -> Iterable[Rule]:
        if isinstance(event, Refused):
            return self._refusals.get(event.error.problem, ())
        return self._others.get(type(event), ())

    def judge(self, event: Event) -> Iterator[Diagnostic]:
        """What the enabled rules say about ``event``."""
        for found in self._interested(event):
            yield from found.check(event)


__all__ = ["Judge", "Refusal", "Rule", "Settings", "by_code", "load", "matching", "modules_of", "off_by_default", "registered", "rule", "rules"]
