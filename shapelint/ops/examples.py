"""Examples of calls, in declarations: documentation, tests, and the seeds that the generic test mutates."""

from typing import Any

from .kinds import T
from .problems import Problem


class Example:
    """A call: constructor arguments (modules only), the arguments of the forward or function, and how torch is expected to refuse it."""

    __slots__ = ("args", "kwargs", "inputs", "input_kwargs", "problem")

    def __init__(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], inputs: tuple[Any, ...] | None, input_kwargs: dict[str, Any], problem: Problem | None = None,
    ) -> None:
        self.args, self.kwargs, self.inputs, self.input_kwargs, self.problem = args, kwargs, inputs, input_kwargs, problem

    def refused(self, problem: Problem) -> "Example":
        return Example(self.args, self.kwargs, self.inputs, self.input_kwargs, problem)


class Call:
    """``call(4, 8, 3, stride=2).on((2, 4, 8, 8))``: a module's constructor call, applied. A function's call has no ``on``."""

    __slots__ = ("args", "kwargs")

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args, self.kwargs = args, kwargs

    def on(self, *inputs: Any, **kwargs: Any) -> Example:
        """Apply the module to inputs; a tuple of ints stands for a float tensor of that shape."""
        return Example(self.args, self.kwargs, tuple(_as_tensor(item) for item in inputs) if inputs or kwargs else None, kwargs)

    def refused(self, problem: Problem) -> Example:
        """The constructor itself (or the function) refuses."""
        return Example(self.args, self.kwargs, None, {}, problem)


def call(*args: Any, **kwargs: Any) -> Call:
    return Call(args, kwargs)


def _as_tensor(item: Any) -> Any:
    if isinstance(item, tuple) and all(isinstance(size, int) for size in item):
        return T.of(item)
    return item
