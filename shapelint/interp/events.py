"""What the interpreter tells the rules. Rules see events, never syntax.

``certain`` is False where the event happened on a path that may never run with these values (an unresolved branch,
a ``try`` body, a ``pytest.raises`` block): rules must not call it an error.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..dims import Dim
from ..ops.declare import Operator
from ..ops.kinds import Result
from ..ops.problems import ShapeError
from ..shapes import Shape
from .values import CallSite, Instance, Place, Tensor, Unknown

if TYPE_CHECKING:
    from ..dims.facts import Finding
    from .contract import Contract


class InputSource:
    """Where the sizes in question come from: the outermost call that passed a tensor, a comment, an annotation, a setting ..."""

    __slots__ = ("how", "place", "shapes")

    def __init__(self, shapes: tuple[Shape | None, ...], how: str, place: Place | None) -> None:
        self.shapes, self.how, self.place = shapes, how, place


class Application:
    """One call of an operator: what rules can know about it.

    ``name`` is what the user calls it (``fc1``, ``features.3``, ``torch.cat``); ``layer`` the module instance (its ``created``
    CallSite has the places of constructor arguments); ``call`` the places of the call's own arguments; ``tensors`` the tensor arguments by parameter name
    (lists flattened as ``tensors[0]``); ``values`` all converted arguments; ``stack`` the calls that lead here, outermost first.
    """

    __slots__ = ("call", "certain", "layer", "name", "op", "rest", "source", "stack", "tensors", "values")

    def __init__(
        self, op: Operator, name: str, call: CallSite, layer: Instance | None, tensors: dict[str, Tensor], values: dict[str, Any],
        stack: tuple[Place, ...], source: InputSource | None, certain: bool,
    ) -> None:
        self.op, self.name, self.call, self.layer, self.tensors, self.values = op, name, call, layer, tensors, values
        self.stack, self.source, self.certain = stack, source, certain
        self.rest: tuple[Any, ...] = ()  # of a * parameter, the arguments behind the first


class Applied:
    """An operator accepted its arguments. ``result`` is what the operator's rule returned.

    Applications are many and rules look at few: ``application`` is made when asked for.
    """

    __slots__ = ("_application", "_make", "layer", "op", "outputs", "result")

    def __init__(self, op: Operator, layer: Instance | None, make: Callable[[], Application], result: Result, outputs: Any) -> None:
        self.op, self.layer, self.result, self.outputs = op, layer, result, outputs
        self._make = make
        self._application: Application | None = None

    @property
    def application(self) -> Application:
        if self._application is None:
            self._application = self._make()
        return self._application


class Refused:
    """torch refuses this call (or this constructor call: then ``application.layer`` is None and ``application.call`` is the constructor call).

    ``explanation`` says what the sizes of the input have to do with it, where the same run on symbolic sizes could tell.
    """

    __slots__ = ("application", "error", "explanation")

    def __init__(self, application: Application, error: ShapeError) -> None:
        self.application, self.error = application, error
        self.explanation: Explanation | None = None

    def made_certain(self) -> "Refused":
        """The same, once every other path is known to fail too."""
        self.application.certain = True
        return self


class Explanation:
    """Why the sizes of an input matter: ``values`` are those that were passed, under the names that ``contract`` gives them; ``finding``
    is the requirement that they miss, or None where no size at all would do: then ``sides`` are the two sizes that never agree, if there
    are any. ``model`` is the name of the model's class."""

    __slots__ = ("contract", "finding", "model", "sides", "values")

    def __init__(
        self, model: str, contract: "Contract", finding: "Finding | None", values: dict[str, int], sides: "tuple[Dim, Dim] | None" = None,
    ) -> None:
        self.model, self.contract, self.finding, self.values, self.sides = model, contract, finding, values, sides


class Raised:
    """The program itself raises, because of the sizes of the input: ``explanation`` says for which. ``name`` is the exception's."""

    __slots__ = ("explanation", "name", "place", "source")

    def __init__(self, name: str, place: Place, explanation: Explanation, source: InputSource | None) -> None:
        self.name, self.place, self.explanation, self.source = name, place, explanation, source


class Derived:
    """What a model accepts, from one run on symbolic sizes. ``places`` says for symbols where ``forward`` can read them (``x.shape[2]``);
    ``forward`` and ``place`` are where the method and the class stand, ``created`` where this model was made, whose arguments may
    matter. ``failure`` is what no size passes."""

    __slots__ = ("contract", "created", "failure", "forward", "model", "place", "places")

    def __init__(
        self, model: str, contract: "Contract", places: dict[str, str], place: Place, forward: Place | None, created: Place | None,
        failure: Refused | None,
    ) -> None:
        self.model, self.contract, self.places, self.place, self.forward = model, contract, places, place, forward
        self.created, self.failure = created, failure


class Declared:
    """A person wrote down a shape (``how``: "comment" or "annotation") of a value the interpreter knows.

    ``declared`` is what is written, ``meant`` the same with those names replaced that need not be the sizes of the input.
    """

    __slots__ = ("actual", "certain", "declared", "how", "meant", "place_text", "span")

    def __init__(self, declared: Shape, meant: Shape, actual: Shape, how: str, span: Any, place_text: str, certain: bool) -> None:
        self.declared, self.meant, self.actual, self.how, self.span, self.place_text, self.certain = declared, meant, actual, how, span, place_text, certain


class Misnamed:
    """An attribute of a torch namespace that does not exist: ``nn.LazyConvTransposed2d``; ``near`` are existing names like it."""

    __slots__ = ("certain", "name", "near", "place")

    def __init__(self, name: str, near: tuple[str, ...], place: Place, certain: bool) -> None:
        self.name, self.near, self.place, self.certain = name, near, place, certain


class Lost:
    """Tracking stopped here: the value is unknown, and why."""

    __slots__ = ("place", "unknown")

    def __init__(self, unknown: Unknown, place: Place) -> None:
        self.unknown, self.place = unknown, place


Event = Applied | Refused | Declared | Derived | Misnamed | Raised | Lost
