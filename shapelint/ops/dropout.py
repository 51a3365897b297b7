"""Dropout, as modules and as functions: the shape stays. Channel-wise forms need a channel axis while they drop anything."""

from typing import Any

from ..shapes import Shape, show
from .activation import Elementwise
from .declare import function, keeps_shape, module
from .examples import call
from .kinds import Ignored, Switch, T, Tensor
from .problems import Problem, refuse

_BAD_P = (1.5, -0.5)


def check_probability(p: Any) -> None:
    """Refuse a probability outside [0, 1], where it was read."""
    if isinstance(p, (int, float)) and not 0 <= p <= 1:
        raise refuse(Problem.HYPER_PARAMETER, f"p must be a probability between 0 and 1, not {p}", arg="p", param="p")


def check_channel_axis(input: Shape, p: Any, training: Any, extra: int = 0) -> None:
    """Refuse fewer than two axes (``extra`` of them added by torch) where whole channels are really dropped."""
    drops = training is True and isinstance(p, (int, float)) and 0 < p < 1
    if drops and len(input) + extra < 2:
        raise refuse(
            Problem.RANK, f"drops whole channels and needs at least {2 - extra} axes but receives {len(input)}", expected=2 - extra,
            received=len(input),
        )


def check_rank_1d(input: Shape) -> None:
    """dropout1d takes one spatial axis, channels, and perhaps a batch."""
    if len(input) not in (2, 3):
        raise refuse(Problem.RANK, f"expects 3 axes (or 2 without a batch) but receives {len(input)}: {show(input)}", expected=3, received=len(input))


class _Dropout(Elementwise):
    p: Ignored = 0.5
    inplace: Ignored = False

    def check(self) -> None:
        check_probability(self.p)


@module(
    "torch.nn.Dropout", "torch.nn.AlphaDropout",
    good=lambda: [call().on((2, 3)), call(0.1, True).on(T()), call(p=1).on((2, 3, 4))],
    bad=lambda: [call(p).refused(Problem.HYPER_PARAMETER) for p in _BAD_P],
)
class Dropout(_Dropout):
    """The shape stays."""


@module(
    "torch.nn.Dropout1d",
    good=lambda: [call().on((2, 3)), call(0.1).on((2, 3, 4))],
    bad=lambda: [call(1.5).refused(Problem.HYPER_PARAMETER), call().on((3,)).refused(Problem.RANK), call().on((2, 3, 4, 4)).refused(Problem.RANK)],
)
class Dropout1d(_Dropout):
    """The shape stays; 2 or 3 axes."""

    any_rank = False

    def forward(self, input: Tensor) -> Shape:
        check_rank_1d(input)
        return input


@module(
    "torch.nn.Dropout2d", "torch.nn.FeatureAlphaDropout",
    good=lambda: [call().on((2, 3, 4, 4)), call(0.1, True).on((2, 3)), call(0.0).on((3,)), call(1.0).on((3,))],
    bad=lambda: [call(1.5).refused(Problem.HYPER_PARAMETER), call().on((3,)).refused(Problem.RANK)],
)
class Dropout2d(_Dropout):
    """The shape stays; at least 2 axes while training."""

    def forward(self, input: Tensor) -> Shape:
        check_channel_axis(input, self.p, self.training)
        return input


@module(
    "torch.nn.Dropout3d",
    good=lambda: [call().on((2, 3, 4, 4, 4)), call(0.1, True).on((2, 3, 4, 4)), call(0.0).on((3,)), call().on((3,))],
    bad=lambda: [call(1.5).refused(Problem.HYPER_PARAMETER), call().on(T()).refused(Problem.RANK)],
)
class Dropout3d(_Dropout):
    """The shape stays; a tensor that has not 5 axes is taken for one without a batch."""

    def forward(self, input: Tensor) -> Shape:
        check_channel_axis(input, self.p, self.training, extra=int(len(input) != 5))
        return input


@function(
    "torch.nn.functional.dropout",
    good=lambda: [call(T(2, 3)), call(T(), 0.1, False, True), call(T(2, 3), p=1, training=False)],
    bad=lambda: [call(T(2, 3), p).refused(Problem.HYPER_PARAMETER) for p in _BAD_P],
)
@keeps_shape
def dropout(input: Tensor, p: Ignored = 0.5, training: Switch = True, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    check_probability(p)
    return input


@function(
    "torch.nn.functional.alpha_dropout",
    good=lambda: [call(T(2, 3)), call(T(), 0.1, True, True)], bad=lambda: [call(T(2, 3), p).refused(Problem.HYPER_PARAMETER) for p in _BAD_P],
)
@keeps_shape
def alpha_dropout(input: Tensor, p: Ignored = 0.5, training: Switch = False, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    check_probability(p)
    return input


@function(
    "torch.nn.functional.feature_alpha_dropout",
    good=lambda: [call(T(2, 3)), call(T(2, 3, 4), 0.1, True, True), call(T(3), 0.5)],
    bad=lambda: [call(T(2, 3), 1.5).refused(Problem.HYPER_PARAMETER), call(T(3), 0.5, True).refused(Problem.RANK)],
)
@keeps_shape
def feature_alpha_dropout(input: Tensor, p: Ignored = 0.5, training: Switch = False, inplace: Ignored = False) -> Shape:
    """The shape stays; at least 2 axes while training."""
    check_probability(p)
    check_channel_axis(input, p, training)
    return input


@function(
    "torch.nn.functional.dropout1d",
    good=lambda: [call(T(2, 3)), call(T(2, 3, 4), 0.1, False, True)],
    bad=lambda: [call(T(2, 3), 1.5).refused(Problem.HYPER_PARAMETER), call(T(3)).refused(Problem.RANK)],
)
def dropout1d(input: Tensor, p: Ignored = 0.5, training: Switch = True, inplace: Ignored = False) -> Shape:
    """The shape stays; 2 or 3 axes."""
    check_probability(p)
    check_rank_1d(input)
    return input


@function(
    "torch.nn.functional.dropout2d",
    good=lambda: [call(T(2, 3, 4, 4)), call(T(3), 0.1, False, True)],
    bad=lambda: [call(T(2, 3), 1.5).refused(Problem.HYPER_PARAMETER), call(T(3)).refused(Problem.RANK)],
)
@keeps_shape
def dropout2d(input: Tensor, p: Ignored = 0.5, training: Switch = True, inplace: Ignored = False) -> Shape:
    """The shape stays; at least 2 axes while training."""
    check_probability(p)
    check_channel_axis(input, p, training)
    return input


@function(
    "torch.nn.functional.dropout3d",
    good=lambda: [call(T(2, 3, 4, 4, 4)), call(T(3), 0.1), call(T(), 0.1, False)],
    bad=lambda: [call(T(2, 3), 1.5).refused(Problem.HYPER_PARAMETER), call(T()).refused(Problem.RANK)],
)
@keeps_shape
def dropout3d(input: Tensor, p: Ignored = 0.5, training: Switch = True, inplace: Ignored = False) -> Shape:
    """The shape stays; a tensor that has not 5 axes is taken for one without a batch."""
    check_probability(p)
    check_channel_axis(input, p, training, extra=int(len(input) != 5))
    return input


@function(
    "torch.dropout", "torch.dropout_", "torch.alpha_dropout", "torch.alpha_dropout_",
    good=lambda: [call(T(2, 3), 0.5, True), call(T(), 0.1, train=False)], bad=lambda: [
        call(T(2, 3), p, True).refused(Problem.HYPER_PARAMETER) for p in _BAD_P
    ],
)
@keeps_shape
def dropout_of(input: Tensor, p: Ignored, train: Switch) -> Shape:
    """The shape stays."""
    check_probability(p)
    return input


@function(
    "torch.feature_dropout", "torch.feature_dropout_", "torch.feature_alpha_dropout", "torch.feature_alpha_dropout_",
    good=lambda: [call(T(2, 3), 0.5, True), call(T(3), 0.1, train=False)],
    bad=lambda: [call(T(2, 3), 1.5, True).refused(Problem.HYPER_PARAMETER), call(T(3), 0.5, True).refused(Problem.RANK)],
)
@keeps_shape
def feature_dropout(input: Tensor, p: Ignored, train: Switch) -> Shape:
    """The shape stays; at least 2 axes while training."""
    check_probability(p)
    check_channel_axis(input, p, train)
    return input
