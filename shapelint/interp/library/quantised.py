"""``FloatFunctional``: arithmetic as the methods of a module, so that quantisation finds it. What it computes is what the operators compute.

Every result passes through a child called ``activation_post_process``, which torch makes an ``nn.Identity``, but for those of a tensor and a number.
"""

from typing import TYPE_CHECKING

from ..natives import PyRaise
from ..nn_modules import register
from ..values import External, Instance, Value
from .support import Args, Kwargs, method, native

if TYPE_CHECKING:
    from ..machine import Machine

_PLACES = ("torch.nn.quantized", "torch.nn.quantized.modules", "torch.ao.nn.quantized", "torch.ao.nn.quantized.modules")
_OPERATORS = {"add": "add", "add_scalar": "add", "mul": "mul", "mul_scalar": "mul", "cat": "cat", "add_relu": "add", "matmul": "matmul"}
_NAMES = tuple(f"{place}{module}.FloatFunctional" for place in _PLACES for module in ("", ".functional_modules"))
_CHILD = "activation_post_process"


def _initialise(machine: "Machine", made: Instance) -> None:
    register(machine, made, _CHILD, machine.call(External("torch.nn.Identity"), [], {}))


def _declare(name: str) -> None:
    def construct(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = Instance(External(name))
        _initialise(machine, made)
        return made

    native(name)(construct)

    @method(name, "__init__")
    def init(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if isinstance(args[0], Instance):
            _initialise(machine, args[0])
        return None

    @method(name, "forward")
    def forward(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        raise PyRaise("RuntimeError", "FloatFunctional is not intended to use the 'forward'. Please use the underlying operation")

    for operation in _OPERATORS:
        _declare_operation(name, operation)


def _declare_operation(name: str, operation: str) -> None:
    @method(name, operation)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        found = machine.call(External(f"torch.{_OPERATORS[operation]}"), args[1:], kwargs)
        if operation == "add_relu":
            found = machine.call(External("torch.nn.functional.relu"), [found], {})
        return found if operation.endswith("_scalar") else machine.call(machine.get_attribute(args[0], _CHILD), [found], {})


for _name in _NAMES:
    _declare(_name)
