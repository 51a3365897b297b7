"""Running a model once more on symbolic sizes: what its layers need of the input, whatever was passed.

A program passes numbers, and an error says that 225 does not fit 224. The same call with ``H`` in the place of 225 says why, and which sizes
do fit. It changes nothing: what it writes is taken back, and what it notices is for this file only.
"""

from typing import TYPE_CHECKING

from ..dims import sym, variables
from ..shapes import Shape
from . import limits
from .contract import Contract, application_of, made_contract, place_of
from .events import Application, Derived, Event, Explanation, InputSource, Raised, Refused
from .natives import PyRaise
from .values import ClassValue, External, FunctionValue, Instance, ListObject, Place, Tensor, Value

if TYPE_CHECKING:
    from .machine import Machine, Site

_AXES = {1: "L", 2: "HW", 3: "DHW"}


class Shadow:
    """One such run. ``values`` are the passed sizes under their new names."""

    def __init__(self, m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> None:
        self.m, self.instance, self.site = m, instance, site
        self.source: InputSource | None = m.source or (InputSource(tuple(value.shape for value in args if isinstance(value, Tensor)), "call", site.place) if site else None)
        self.contract: Contract | None = None
        self.failure: Refused | None = None  # what no size passes
        self.events: list[Event] = []
        self.fixed: frozenset[str] = frozenset()
        self._start(args, kwargs)
        fixed = frozenset(name for name in self.values if self.contract is not None and _is_features(self.contract, name))
        if fixed:  # what looked like a length is an axis of features: a layer has a number for it
            self.fixed = fixed
            self._start(args, kwargs)

    def _start(self, args: list[Value], kwargs: dict[str, Value]) -> None:
        self.values: dict[str, int] = {}
        self.args = [self._symbolic(arg) for arg in args]
        self.kwargs = {name: self._symbolic(value) for name, value in kwargs.items()}
        self.values = {name: size for name, size in self.values.items() if name not in self.fixed}
        self.contract = None
        if self.values:
            self._run()

    def _symbolic(self, value: Value) -> Value:
        """An image, a signal or a volume with symbols for its spatial sizes; anything else as it is."""
        if isinstance(value, Tensor):
            if value.shape is None or not all(isinstance(size, int) for size in value.shape):
                return value
            return Tensor(self._named(value.shape), value.dtype, None)
        if isinstance(value, tuple):
            return tuple(self._symbolic(item) for item in value)
        if isinstance(value, ListObject) and isinstance(value.table["items"], tuple):
            return ListObject(tuple(self._symbolic(item) for item in value.table["items"]), value.kind)
        return value

    def _named(self, shape: Shape) -> Shape:
        letters = _AXES.get(len(shape) - 2, "")
        made = [*shape]
        for axis, letter in enumerate(letters, 2):
            size = shape[axis]
            name = self._name(letter, size) if isinstance(size, int) and size > 0 else None
            if name is not None and name not in self.fixed:
                made[axis] = sym(name)
        return tuple(made)

    def _name(self, letter: str, size: int) -> str:
        """Inputs that agree in a size are taken to agree in it always, as a pair of images does."""
        name, number = letter, 1
        while self.values.get(name, size) != size:
            number += 1
            name = f"{letter}{number}"
        self.values[name] = size
        return name

    def _run(self) -> None:
        m, failed, finished = self.m, False, True
        with m.isolated():
            m.shadowing = True
            m.allow(limits.STEPS_PER_EXPLORATION)
            try:
                m.call(self.instance, self.args, self.kwargs, self.site)
            except PyRaise as error:
                failed = error.place is not None  # else it may be something that we do not know
                finished = failed
            except (RecursionError, m.exhausted):
                finished = False
            self.events = m.events
            self.failure = next((event for event in m.events if isinstance(event, Refused) and event.application.certain), None)
            self.contract = made_contract(m, tuple(self.values), failed or self.failure is not None, finished)

    def explain(self, event: Refused) -> None:
        """Tell a refusal what the sizes have to do with it."""
        contract = self.contract
        if contract is None:
            return
        finding, name = contract.first_failure(self.values), model_name(self.instance)
        if finding is not None and _same_call(application_of(finding), event.application):
            event.explanation = Explanation(name, contract, finding, self.values)
        elif self.failure is not None and _same_call(self.failure.application, event.application):
            error = self.failure.error
            sides = None if error.received is None or error.expected is None else (error.received, error.expected)
            event.explanation = Explanation(name, contract, None, self.values, sides)

    def explain_exception(self, error: PyRaise) -> None:
        """Report the program's own exception where it is raised for these sizes and not for others."""
        finding = self.contract.first_failure(self.values) if self.contract is not None else None
        place = place_of(finding) if finding is not None and finding.relation == "raise" else None
        if self.contract is not None and place is not None and error.place is not None and place.node is error.place.node:
            explanation = Explanation(model_name(self.instance), self.contract, finding, self.values)
            self.m.emit(Raised(error.name, error.place, explanation, self.source))


def look_again(
    m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None", refusals: list[Refused],
    raised: PyRaise | None, mark: int,
) -> None:
    """After a model's call, which began at ``mark``: explain what was refused, and say what the model accepts where somebody wants to know."""
    with m.heap.rewound(mark):  # a model may remember its first input: the next run starts as this one did
        shadow = Shadow(m, instance, args, kwargs, site)
    m.shadow = shadow if shadow.contract is not None else None
    for event in refusals:
        shadow.explain(event)
    if raised is not None and not refusals:
        shadow.explain_exception(raised)
    if m.contracts:
        found = _stated(m, instance, shadow, args, kwargs, refusals)
        if found is not None:
            m.emit(found)


def _stated(
    m: "Machine", instance: Instance, shadow: Shadow, args: list[Value], kwargs: dict[str, Value], refusals: list[Refused],
) -> Derived | None:
    """What the model accepts: of a call on numbers the shadow says it, of one on symbols the call itself."""
    if shadow.contract is not None:
        return derived(m, instance, shadow.contract, shadow.args, shadow.kwargs, shadow.failure)
    args, kwargs = m.solid(args), dict(zip(kwargs, m.solid(list(kwargs.values())), strict=True))
    shapes = [value.shape for value in (*args, *kwargs.values()) if isinstance(value, Tensor) and value.shape is not None]
    names = dict.fromkeys(name for shape in shapes for size in shape for name in sorted(variables(size)))
    if not names:
        return None
    return derived(m, instance, made_contract(m, tuple(names), bool(refusals)), args, kwargs, refusals[0] if refusals else None)


def _is_features(contract: Contract, name: str) -> bool:
    """Whether some layer wants exactly one number for a symbol as it was passed."""
    return any(
        finding.relation == "==" and sorted((str(finding.left), str(finding.right)), key=str.isdigit)[0] == name
        and (isinstance(finding.left, int) or isinstance(finding.right, int))
        for finding in contract.findings
    )


def _same_call(one: Application | None, other: Application) -> bool:
    return one is not None and one.op is other.op and one.call.place.node is other.call.place.node and one.name == other.name


def model_name(instance: Instance) -> str:
    """The name of a model's class."""
    cls = instance.cls
    return cls.name if isinstance(cls, ClassValue) else cls.name.rpartition(".")[2] if isinstance(cls, External) else "the model"


def derived(
    m: "Machine", instance: Instance, contract: Contract, args: list[Value], kwargs: dict[str, Value], failure: Refused | None,
) -> Derived | None:
    """What a model of the user's accepts, as an event; None for a model that has no class of its own."""
    cls = instance.cls
    if not isinstance(cls, ClassValue):
        return None
    forward = getattr(m.get_attribute(instance, "forward"), "function", None)
    place = Place(forward.scope.file, forward.node) if isinstance(forward, FunctionValue) else None
    spec = forward.node.args if isinstance(forward, FunctionValue) else None
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)[1:]] if spec is not None else []
    created = instance.created.place if instance.created is not None else None
    return Derived(cls.name, contract, _places(names, args, kwargs), cls.place, place, created, failure)


def _places(names: list[str], args: list[Value], kwargs: dict[str, Value]) -> dict[str, str]:
    """Where ``forward`` can read each symbol: ``x.shape[2]``."""
    found: dict[str, str] = {}
    for name, value in (*zip(names, args, strict=False), *kwargs.items()):
        for axis, size in enumerate(value.shape or ()) if isinstance(value, Tensor) else ():
            if str(size) in variables(size):
                found.setdefault(str(size), f"{name}.shape[{axis}]")
    return found
