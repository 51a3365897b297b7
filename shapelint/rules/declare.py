"""Declaring a rule: ``@rule`` puts it in the registry, from where the pipeline, the command line and the documentation read it.

A rule's documentation is its docstring. Its two examples are complete programs; the lines on which the first must be reported end in
``# error: CODE "part of the message"``, and tests run both. Rules get events of the interpreter and say what a person should be told.
"""

from collections.abc import Iterable, Iterator

from ..diagnostics import Diagnostic, Fix, Label, Severity
from ..interp.events import Application, Event, Refused
from ..ops.problems import Problem
from ..source.text import Span
from . import contracts, places, wording


class Settings:
    """What a person may set about rules; the pipeline fills it in from the configuration."""

    __slots__ = ("contract_style", "min_feature_map")

    def __init__(self, min_feature_map: int = 0, contract_style: str = "docstring") -> None:
        self.min_feature_map, self.contract_style = min_feature_map, contract_style


class Rule:
    """One kind of finding. ``default`` is False where a person has to ask for it; ``problems`` are the refusals that this rule words."""

    code: str
    name: str
    severity = Severity.ERROR
    default = True
    problems: tuple[Problem, ...] = ()
    listens: tuple[type, ...] = ()  # the classes of events that ``check`` wants to see
    bad = ""
    good = ""
    example = "net.py"  # the file name under which ``bad`` and ``good`` make sense

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def documentation(cls) -> str:
        """What the rule finds, why torch refuses it, and how to mend it: one paragraph."""
        return " ".join((cls.__doc__ or "").split())

    def check(self, event: Event) -> Iterable[Diagnostic]:
        """What there is to say about one event."""
        return ()

    @classmethod
    def at(
        cls, span: Span, message: str, *, label: str = "", labels: tuple[Label, ...] = (), notes: tuple[str, ...] = (),
        fix: Fix | None = None, severity: Severity | None = None,
    ) -> Diagnostic:
        """A finding of this rule."""
        return Diagnostic(cls.code, cls.name, severity or cls.severity, message, span, label=label, labels=labels, notes=notes, fix=fix)

    def about(
        self, application: Application, message: str, *, param: str | None = None, arg: str = "input", label: str = "",
        fix: Fix | None = None, severity: Severity | None = None, whole: bool = False,
    ) -> Diagnostic:
        """A finding about a call: at the argument to blame, with the call, the chain of sizes and the input behind it."""
        spot = places.blame(application, param, arg, whole)
        primary = label
        if spot.kind == places.ARGUMENT:
            primary = places.described(application, spot.argument) or label
        elif spot.kind == places.CALL and application.layer is not None:
            primary = places.received(application, arg)
        return self.at(
            spot.span, message, label=primary, labels=places.labels(application, spot, arg), notes=wording.notes(application, arg),
            fix=fix, severity=severity,
        )


class Refusal(Rule):
    """A rule about calls that torch refuses for one of ``problems``."""

    listens: tuple[type, ...] = (Refused,)
    whole = False  # True: of a function's call no single argument is to blame

    def check(self, event: Event) -> Iterable[Diagnostic]:
        # A refusal on a path that may never run with these values is not known to happen; one behind an empty map follows from it.
        if isinstance(event, Refused) and event.application.certain and not wording.follows_empty_map(event.application):
            yield self.diagnose(event)

    def diagnose(self, event: Refused) -> Diagnostic:
        error = event.error
        found = self.about(
            event.application, self.message(event), param=error.param, arg=error.arg, label=self.label(event), fix=self.fix(event),
            whole=self.whole,
        )
        found.notes += tuple(_about_sizes(event))
        if event.explanation is not None:
            found.data = contracts.as_data(event.explanation)
        return found

    def message(self, event: Refused) -> str:
        return wording.sentence(event.application, event.error.message)

    def label(self, event: Refused) -> str:
        """The words under a constructor's argument."""
        return ""

    def fix(self, event: Refused) -> Fix | None:
        return None


def _about_sizes(event: Refused) -> Iterator[str]:
    """What the sizes of the input have to do with a refusal."""
    error = event.error
    if event.explanation is not None:
        yield from contracts.explained(event.explanation)
    if error.received is not None and error.expected is not None:
        text = contracts.difference(error.received, error.expected)
        if text:
            yield text


_RULES: dict[str, type[Rule]] = {}


def rule(declared: type[Rule]) -> type[Rule]:
    """Register a rule under its code."""
    if declared.code in _RULES:
        raise ValueError(f"two rules have the code {declared.code}")
    _RULES[declared.code] = declared
    return declared


def registered() -> dict[str, type[Rule]]:
    """The rules imported so far, by code (``rules.load`` imports them all)."""
    return _RULES
