"""Recurrent layers and cells: sequences (L, N, C), or (N, L, C) with batch_first, or (L, C) without a batch; and their states.

A state that was not read is taken to fit: it decides no shape that the layer does not know already.
"""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, prod, unknown
from ..shapes import Shape, show
from .declare import Layer, known, module
from .examples import call
from .kinds import Checked, Flag, Ignored, Raw, Size, Switch, T, Tensor, Text, countable
from .linear import check_not_negative
from .problems import Problem, Unread, refuse, require_at_least, require_equal

_FEATURES = "expects {expected} features but receives {received}"


def check_state(state: Any, wanted: Shape, name: str) -> None:
    """Refuse an initial state of another shape. ``name`` words it, for instance "hidden state"."""
    if not isinstance(state, tuple):
        return
    if len(state) != len(wanted):
        message = f"the {name} needs {len(wanted)} axes, {show(wanted)}, but has {len(state)}: {show(state)}"
        raise refuse(Problem.STATE, message, arg="hx", expected=len(wanted), received=len(state))
    for axis, (received, expected) in enumerate(zip(state, wanted, strict=True)):
        message = f"the {name} {show(state)} must be {show(wanted)}: {{received}} where {{expected}} is needed"
        require_equal(received, expected, Problem.STATE, message, arg="hx", axis=axis)


def two_states(hx: Any, batched: bool) -> tuple[Any, Any]:
    """The shapes of an LSTM's hidden and cell state, None where there is none or it was not read."""
    if isinstance(hx, (tuple, list)):
        if len(hx) < 2 or (batched and len(hx) > 2):  # without a batch torch overlooks any others
            raise refuse(
                Problem.STATE, f"an LSTM needs two states, the hidden and the cell state, not {len(hx)}", arg="hx", expected=2, received=len(hx),
            )
        first, second = (item.shape if isinstance(item, T) else None for item in hx[:2])
        return first, second
    return None, None


def check_dropout(dropout: Any) -> None:
    """Refuse a probability outside [0, 1], or a bool, where it was read."""
    if isinstance(dropout, bool) or (isinstance(dropout, (int, float)) and not 0 <= dropout <= 1):
        raise refuse(Problem.HYPER_PARAMETER, f"dropout must be a number between 0 and 1, not {dropout}", arg="dropout", param="dropout")


class _Recurrent(Layer):
    input_size: Size
    hidden_size: Size
    num_layers: Size = 1
    gates = 1

    bias: Any
    batch_first: bool
    dropout: Any
    bidirectional: bool
    proj_size: Dim = 0

    def check(self) -> None:
        check_dropout(self.dropout)
        for name in ("input_size", "hidden_size", "num_layers"):
            require_at_least(getattr(self, name), 1, Problem.HYPER_PARAMETER, name + " must be at least 1, not {received}", arg=name, param=name)

    def expected(self) -> Shape:
        return (unknown("N"), unknown("L"), self.input_size) if self.batch_first else (unknown("L"), unknown("N"), self.input_size)

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def state_size(self) -> Dim:
        return self.hidden_size

    def batch(self, input: Shape) -> Shape:
        """The batch axis, or nothing for an input without one; refuses an input that does not fit."""
        if len(input) not in (2, 3):
            raise refuse(
                Problem.RANK, f"expects 3 axes (or 2 without a batch) but receives {len(input)}: {show(input)}", expected=3, received=len(input),
            )
        require_equal(input[-1], self.input_size, Problem.FEATURES, _FEATURES, param="input_size", axis=-1)
        length_axis = 1 if self.batch_first and len(input) == 3 else 0
        require_at_least(input[length_axis], 1, Problem.EMPTY, "the sequence has no steps", axis=length_axis)
        return (input[0 if self.batch_first else 1],) if len(input) == 3 else ()

    def output(self, input: Shape) -> Shape:
        return (*input[:-1], self.directions * self.state_size)

    def state(self, batch: Shape, size: Dim) -> Shape:
        return (self.num_layers * self.directions, *batch, size)

    def run(self, input: Shape, hx: Any) -> list[Any]:
        batch = self.batch(input)
        hidden = self.state(batch, self.state_size)
        check_state(hx, hidden, "hidden state")
        return [self.output(input), hidden]

    def parameters(self) -> dict[str, Shape]:
        made: dict[str, Shape] = {}
        for layer in range(self.num_layers if countable(self.num_layers) else 1):
            inputs = self.input_size if layer == 0 else self.directions * self.state_size
            for suffix in ("", "_reverse")[: self.directions]:
                made |= self._weights(inputs, f"l{layer}{suffix}")
        return made

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        if not countable(self.num_layers):
            return unknown()
        weights = [shape for name, shape in self.parameters().items() if name.startswith("weight")]
        return prod(inputs[0][:-1]) * sum((prod(shape) for shape in weights), start=0)

    def unread(self) -> tuple[str, ...]:
        return (*super().unread(), *(() if countable(self.num_layers) else ("num_layers",)))

    def _weights(self, inputs: Dim, suffix: str) -> dict[str, Shape]:
        gates = self.gates * self.hidden_size
        made: dict[str, Shape] = {f"weight_ih_{suffix}": (gates, inputs), f"weight_hh_{suffix}": (gates, self.state_size)}
        if known(self.bias):
            made |= {f"bias_ih_{suffix}": (gates,), f"bias_hh_{suffix}": (gates,)}
        if self.state_size is not self.hidden_size:
            made[f"weight_hr_{suffix}"] = (self.state_size, self.hidden_size)
        return made


@module(
    "torch.nn.RNN",
    good=lambda: [
        call(4, 5).on((7, 3, 4)), call(4, 5, 2, "relu", False, True, 0.1, True).on((3, 7, 4), (4, 3, 5)), call(4, 5).on((7, 4), (1, 5)),
        call(4, 5, num_layers=2, bidirectional=True).on((7, 3, 4), hx=T(4, 3, 5)),
    ],
    bad=lambda: [
        call(4, 5).on((7, 3, 5)).refused(Problem.FEATURES), call(4, 5).on((7, 3, 4), (1, 2, 5)).refused(Problem.STATE),
        call(4, 5).on((4,)).refused(Problem.RANK),
        call(4, 5, nonlinearity="gelu").refused(Problem.HYPER_PARAMETER), call(4, 0).refused(Problem.HYPER_PARAMETER),
        call(4, 5, dropout=1.5).refused(Problem.HYPER_PARAMETER),
        call(4, 5).on((7, 4), (1, 1, 5)).refused(Problem.STATE),
    ],
)
class RNN(_Recurrent):
    """(L, N, input_size) becomes [(L, N, D*hidden_size), (D*num_layers, N, hidden_size)], with D directions."""

    nonlinearity: Text = "tanh"
    bias: Switch = True
    batch_first: Flag = False
    dropout: Ignored = 0.0
    bidirectional: Flag = False
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        check_nonlinearity(self.nonlinearity)
        super().check()

    def forward(self, input: Tensor, hx: Checked = None) -> list[Any]:
        return self.run(input, hx)


def check_nonlinearity(nonlinearity: str) -> None:
    """Refuse what a plain recurrent layer does not know."""
    if nonlinearity not in ("tanh", "relu"):
        raise refuse(
            Problem.HYPER_PARAMETER, f"nonlinearity must be 'tanh' or 'relu', not {nonlinearity!r}", arg="nonlinearity", param="nonlinearity",
        )


@module(
    "torch.nn.GRU",
    good=lambda: [
        call(4, 5).on((7, 3, 4)), call(4, 5, 2, False, True, 0.1, True).on((3, 7, 4), (4, 3, 5)), call(4, 5).on((7, 4), (1, 5)),
        call(4, 5, batch_first=True).on((7, 4)),
    ],
    bad=lambda: [
        call(4, 5).on((7, 3, 5)).refused(Problem.FEATURES), call(4, 5).on((7, 3, 4), (1, 2, 5)).refused(Problem.STATE),
        call(0, 5).refused(Problem.HYPER_PARAMETER),
        call(4, 5).on((2, 7, 3, 4)).refused(Problem.RANK),
    ],
)
class GRU(_Recurrent):
    """(L, N, input_size) becomes [(L, N, D*hidden_size), (D*num_layers, N, hidden_size)], with D directions."""

    bias: Switch = True
    batch_first: Flag = False
    dropout: Ignored = 0.0
    bidirectional: Flag = False
    device: Ignored = None
    dtype: Ignored = None
    gates = 3

    def forward(self, input: Tensor, hx: Checked = None) -> list[Any]:
        return self.run(input, hx)


@module(
    "torch.nn.LSTM",
    good=lambda: [
        call(4, 5).on((7, 3, 4)), call(4, 5, 2, False, True, 0.1, True, 3).on((3, 7, 4), (T(4, 3, 3), T(4, 3, 5))),
        call(4, 5, proj_size=2).on((7, 4), [T(1, 2), T(1, 5)]),
        call(4, 5, 2, batch_first=True, bidirectional=True).on((3, 7, 4)), call(4, 5).on((7, 3, 4), hx=(T(1, 3, 5), T(1, 3, 5))),
    ],
    bad=lambda: [
        call(4, 5).on((7, 3, 5)).refused(Problem.FEATURES), call(4, 5).on((7, 3, 4), (T(1, 2, 5), T(1, 3, 5))).refused(Problem.STATE),
        call(4, 5, proj_size=5).refused(Problem.HYPER_PARAMETER), call(4, 5).on((7, 3, 4), (T(1, 3, 5),)).refused(Problem.STATE),
        call(4, 5).on((7, 3, 4), (T(1, 5), T(1, 5))).refused(Problem.STATE),
        call(4, 5, proj_size=2).on((7, 4), (T(1, 2), T(1, 2))).refused(Problem.STATE),
    ],
)
class LSTM(_Recurrent):
    """(L, N, input_size) becomes [(L, N, D*H), [(D*num_layers, N, H), (D*num_layers, N, hidden_size)]].

    D is the number of directions, H is proj_size, or hidden_size without a projection.
    """

    bias: Switch = True
    batch_first: Flag = False
    dropout: Ignored = 0.0
    bidirectional: Flag = False
    proj_size: Size = 0
    device: Ignored = None
    dtype: Ignored = None
    gates = 4

    def check(self) -> None:
        super().check()
        require_at_least(
            self.proj_size, 0, Problem.HYPER_PARAMETER, "proj_size must not be negative, not {received}", arg="proj_size", param="proj_size",
        )
        message = "proj_size={expected} must be smaller than hidden_size={received}"
        require_at_least(self.hidden_size - 1, self.proj_size, Problem.HYPER_PARAMETER, message, arg="proj_size", param="proj_size")

    @property
    def state_size(self) -> Dim:
        return self.hidden_size if isinstance(self.proj_size, int) and self.proj_size == 0 else self.proj_size

    def forward(self, input: Tensor, hx: Raw = None) -> list[Any]:
        batch = self.batch(input)
        hidden, cell = self.state(batch, self.state_size), self.state(batch, self.hidden_size)
        first, second = two_states(hx, batched=len(input) == 3)
        check_state(first, hidden, "hidden state")
        check_state(second, cell, "cell state")
        return [self.output(input), [hidden, cell]]


# Cells: one step.


class _Cell(Layer):
    input_size: Size
    hidden_size: Size
    bias: Switch = True
    gates = 1

    def check(self) -> None:
        check_not_negative(input_size=self.input_size, hidden_size=self.hidden_size)

    def expected(self) -> Shape:
        return (unknown("N"), self.input_size)

    def step(self, input: Shape, *states: Any) -> Shape:
        """The new state's shape, once input and states fit."""
        if len(input) not in (1, 2):
            raise refuse(
                Problem.RANK, f"expects 2 axes (or 1 without a batch) but receives {len(input)}: {show(input)}", expected=2, received=len(input),
            )
        require_equal(input[-1], self.input_size, Problem.FEATURES, _FEATURES, param="input_size", axis=-1)
        wanted = (*input[:-1], self.hidden_size)
        for place, (state, name) in enumerate(zip(states, ("hidden state", "cell state"), strict=False)):
            if isinstance(state, tuple) and len(input) == 1 and len(state) == 2:
                self._squared(state, first=place == 0)
            check_state(state, wanted, name)
        return wanted

    def _squared(self, state: Shape, first: bool) -> None:
        # a matrix as state of a single vector: torch compares its first axis only, and may go on, or crash, after that
        if first:
            require_equal(
                state[0], self.hidden_size, Problem.STATE, "the hidden state of an input without a batch has one axis, not a batch of {received}",
                arg="hx",
            )
        raise Unread("hx")

    def parameters(self) -> dict[str, Shape]:
        gates = self.gates * self.hidden_size
        made: dict[str, Shape] = {"weight_ih": (gates, self.input_size), "weight_hh": (gates, self.hidden_size)}
        return made | ({"bias_ih": (gates,), "bias_hh": (gates,)} if known(self.bias) else {})

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return prod(inputs[0][:-1]) * self.gates * self.hidden_size * (self.input_size + self.hidden_size)


@module(
    "torch.nn.RNNCell",
    good=lambda: [call(4, 5).on((3, 4)), call(4, 11, False, "relu").on((3, 4), (3, 11)), call(4, 11, bias=False).on((4,), (11,))],
    bad=lambda: [
        call(4, 5).on((3, 5)).refused(Problem.FEATURES), call(4, 11).on((3, 4), (2, 11)).refused(Problem.STATE),
        call(4, 5, True, "gelu").on((3, 4)).refused(Problem.HYPER_PARAMETER),
        call(4, 5).on((2, 3, 4)).refused(Problem.RANK), call(4, -1).refused(Problem.HYPER_PARAMETER),
        call(4, 11).on((4,), (1, 11)).refused(Problem.STATE),
    ],
)
class RNNCell(_Cell):
    """(N, input_size) becomes (N, hidden_size); N may be absent."""

    nonlinearity: Text = "tanh"
    device: Ignored = None
    dtype: Ignored = None

    def forward(self, input: Tensor, hx: Checked = None) -> Shape:
        result = self.step(input, hx)
        check_nonlinearity(self.nonlinearity)
        return result


@module(
    "torch.nn.GRUCell",
    good=lambda: [call(4, 5).on((3, 4)), call(4, 11, False).on((3, 4), (3, 11)), call(4, 11).on((4,), (11,))],
    bad=lambda: [
        call(4, 5).on((3, 5)).refused(Problem.FEATURES), call(4, 11).on((3, 4), (3, 4)).refused(Problem.STATE),
        call(4, 11).on((3, 4), (11,)).refused(Problem.STATE),
    ],
)
class GRUCell(_Cell):
    """(N, input_size) becomes (N, hidden_size); N may be absent."""

    device: Ignored = None
    dtype: Ignored = None
    gates = 3

    def forward(self, input: Tensor, hx: Checked = None) -> Shape:
        return self.step(input, hx)


@module(
    "torch.nn.LSTMCell",
    good=lambda: [call(4, 5).on((3, 4)), call(4, 11, False).on((3, 4), (T(3, 11), T(3, 11))), call(4, 11).on((4,), (T(11), T(11)))],
    bad=lambda: [
        call(4, 5).on((3, 5)).refused(Problem.FEATURES), call(4, 11).on((3, 4), (T(3, 11), T(2, 11))).refused(Problem.STATE),
        call(4, 11).on((3, 4), (T(3, 11), T(3, 11), T(3, 11))).refused(Problem.STATE),
    ],
)
class LSTMCell(_Cell):
    """(N, input_size) becomes [(N, hidden_size), (N, hidden_size)]; N may be absent."""

    device: Ignored = None
    dtype: Ignored = None
    gates = 4

    def forward(self, input: Tensor, hx: Raw = None) -> list[Any]:
        made = self.step(input, *two_states(hx, batched=len(input) == 2))
        return [made, made]
