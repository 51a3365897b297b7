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
        self.values: dict[str, int] = {}
        self.inputs: list[Shape] = []
        self.args = [self._symbolic(arg) for arg in args]
        self.kwargs = {name: self._symbolic(value) for name, value in kwargs.items()}
        self.contract: Contract | None = None
        self.events: list[Event] = []
        self.source: InputSource | None = m.source or (InputSource(tuple(value.shape for value in args if isinstance(value, Tensor)), "call", site.place) if site else None)
        if self.values:
            self._run()

    def _symbolic(self, value: Value) -> Value:
        """An image, a signal or a volume with symbols for its spatial sizes; anything else as it is."""
        if isinstance(value, Tensor):
            if value.shape is None or not all(isinstance(size, int) for size in value.shape):
                return value
            shape = self._named(value.shape)
            self.inputs.append(shape)
            return Tensor(shape, value.dtype, None)
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
            if name is not None:
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
        m = self.m
        mark = m.heap.mark()
        kept = {name: getattr(m, name) for name in ("events", "facts", "coverage", "sizes", "uncertain", "forks", "trying", "step_limit", "recorder", "source", "shadowing")}
        m.events, m.sizes, m.uncertain, m.forks, m.trying, m.recorder, m.shadowing = [], [], 0, 0, 0, None, True
        m.coverage = type(m.coverage)()
        m.facts = m.fresh_facts()
        m.step_limit = m.steps + limits.STEPS_PER_EXPLORATION
        failed, finished = False, True
        try:
            m.call(self.instance, self.args, self.kwargs, self.site)
        except PyRaise as error:
            failed = error.place is not None  # else it may be something that we do not know
            finished = failed
        except (RecursionError, m.exhausted):
            finished = False
        finally:
            self.events = m.events
            certain = any(isinstance(event, Refused) and event.application.certain for event in m.events)
            self.contract = made_contract(m, tuple(self.values), failed or certain, finished)
            for name, value in kept.items():
                setattr(m, name, value)
            m.heap.undo(mark)

    def explain(self, event: Refused) -> None:
        """Tell a refusal what the sizes have to do with it."""
        contract = self.contract
        if contract is None:
            return
        finding = contract.first_failure(self.values)
        if finding is not None and _same_call(application_of(finding), event.application):
            event.explanation = Explanation(model_name(self.instance), contract, finding, self.values)
        elif any(isinstance(other, Refused) and other.application.certain and _same_call(other.application, event.application) for other in self.events):
            event.explanation = Explanation(model_name(self.instance), contract, None, self.values)


    def explain_exception(self, error: PyRaise) -> None:
        """Report the program's own exception where it is raised for these sizes and not for others."""
        finding = self.contract.first_failure(self.values) if self.contract is not None else None
        place = place_of(finding) if finding is not None and finding.relation == "raise" else None
        if self.contract is not None and place is not None and error.place is not None and place.node is error.place.node:
            explanation = Explanation(model_name(self.instance), self.contract, finding, self.values)
            self.m.emit(Raised(error.name, error.place, explanation, self.source))


def look_again(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None", refusals: list[Refused], raised: PyRaise | None) -> None:
    """After a model's call: explain what was refused, and say what the model accepts where somebody wants to know."""
    shadow = Shadow(m, instance, args, kwargs, site)
    m.shadow = shadow if shadow.contract is not None else None
    for event in refusals:
        shadow.explain(event)
    if raised is not None and not refusals:
        shadow.explain_exception(raised)
    if not m.contracts:
        return
    if shadow.contract is not None:
        found = derived(m, instance, shadow.contract, tuple(shadow.inputs))
    else:
        inputs = tuple(value.shape for value in m.solid([*args, *kwargs.values()]) if isinstance(value, Tensor) and value.shape is not None)
        names = dict.fromkeys(name for shape in inputs for size in shape for name in sorted(variables(size)))
        found = derived(m, instance, made_contract(m, tuple(names), bool(refusals)), inputs) if names else None
    if found is not None:
        m.emit(found)


def _same_call(one: Application | None, other: Application) -> bool:
    return one is not None and one.op is other.op and one.call.place.node is other.call.place.node and one.name == other.name


def model_name(instance: Instance) -> str:
    """The name of a model's class."""
    cls = instance.cls
    return cls.name if isinstance(cls, ClassValue) else cls.name.rpartition(".")[2] if isinstance(cls, External) else "the model"


def derived(m: "Machine", instance: Instance, contract: Contract, inputs: tuple[Shape, ...]) -> Derived | None:
    """What a model of the user's accepts, as an event; None for a model that has no class of its own."""
    cls = instance.cls
    forward = getattr(m.get_attribute(instance, "forward"), "function", None)
    if not isinstance(cls, ClassValue):
        return None
    place = Place(forward.scope.file, forward.node) if isinstance(forward, FunctionValue) else None
    spec = forward.node.args if isinstance(forward, FunctionValue) else None
    names = tuple(arg.arg for arg in (*spec.posonlyargs, *spec.args)[1:]) if spec is not None else ()
    created = instance.created.place if instance.created is not None else None
    return Derived(cls.name, contract, inputs, names, cls.place, place, created)
