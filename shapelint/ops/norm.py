"""Normalisation layers, and their lazy twins: they keep the shape and insist on the sizes that they normalise.

Which sizes torch compares depends on what a layer stores: without weights and running statistics nothing is compared.
Normalising over a single value is refused where batch statistics are used, so those layers look at ``training``.
"""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, Expr, Truth, unknown
from ..shapes import Shape, show
from .declare import Layer, known, module, table
from .examples import call
from .kinds import UNREAD, Flag, Ignored, Raw, Size, Switch, T, Tensor
from .problems import Problem, at_least, equal, refuse, require_at_least, require_divides, require_equal

_CHANNELS = "expects {expected} channels but receives {received}"


def check_many_values(sizes: Sequence[Dim], what: str) -> None:
    """Refuse to normalise over axes that hold one value together: its variance says nothing."""
    if all(equal(size, 1) is Truth.ALWAYS for size in sizes):
        raise refuse(Problem.ONE_VALUE, f"needs more than one {what} when it normalises with the statistics of its input", received=1)


def check_rank(input: Shape, *ranks: int) -> None:
    """Refuse an input with another number of axes than ``ranks``."""
    if len(input) not in ranks:
        wanted = " or ".join(map(str, ranks))
        raise refuse(Problem.RANK, f"expects {wanted} axes but receives {len(input)}: {show(input)}", expected=ranks[-1], received=len(input))


def check_eps(eps: Any, positive: bool) -> None:
    """Refuse an eps that cannot guard a division (batch normalisation only)."""
    if isinstance(eps, (int, float)) and (eps <= 0 if positive else eps < 0):
        raise refuse(Problem.HYPER_PARAMETER, f"eps must be {'positive' if positive else 'at least 0'}, not {eps}", arg="eps", param="eps")


def check_trailing(input: Shape, wanted: Shape) -> None:
    """Refuse an input whose last axes are not ``wanted`` (LayerNorm, RMSNorm)."""
    if not wanted:
        raise refuse(Problem.HYPER_PARAMETER, "normalized_shape needs at least one size", arg="normalized_shape", param="normalized_shape")
    if len(input) < len(wanted):
        message = f"normalises {len(wanted)} axes but receives {len(input)}: {show(input)}"
        raise refuse(Problem.NORM_FEATURES, message, param="normalized_shape", expected=len(wanted), received=len(input))
    for axis in range(-len(wanted), 0):
        message = "normalises {expected} features but receives {received}"
        require_equal(input[axis], wanted[axis], Problem.NORM_FEATURES, message, param="normalized_shape", axis=axis)


class _ChannelNorm(Layer):
    num_features: Size
    eps: Ignored = 1e-5
    momentum: Ignored = 0.1
    affine: Switch = True
    track_running_stats: Flag = True
    device: Ignored = None
    dtype: Ignored = None
    bias: Switch = True
    keyword_only = ("bias",)

    @property
    def stores(self) -> bool:
        """Whether anything has the size num_features."""
        return self.affine is True or self.track_running_stats

    @property
    def own_statistics(self) -> bool:
        """Whether the input's own statistics are used, not the running ones."""
        return self.training or not self.track_running_stats

    def check(self) -> None:
        if self.stores:
            require_at_least(self.num_features, 0, Problem.HYPER_PARAMETER, "num_features must not be negative, not {received}", param="num_features")

    def parameters(self) -> dict[str, Shape]:
        names = ["weight", *(["bias"] if known(self.bias) else [])] if known(self.affine) else []
        return dict.fromkeys(names, (self.num_features,))

    def buffers(self) -> dict[str, Shape]:
        if not self.track_running_stats:
            return {}
        return {"running_mean": (self.num_features,), "running_var": (self.num_features,), "num_batches_tracked": ()}


class _BatchNorm(_ChannelNorm):
    def normalise(self, input: Shape) -> Shape:
        if self.own_statistics:
            check_many_values((input[0], *input[2:]), "value per channel")
        check_eps(self.eps, positive=self.own_statistics)
        if self.stores:
            require_equal(input[1], self.num_features, Problem.NORM_FEATURES, _CHANNELS, param="num_features", axis=1)
        return input


@module(
    "torch.nn.BatchNorm{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(4).on((2, 4) + (5,) * n),
        call(4, 1e-3, None, False).on((2, 4) + (5,) * n),
        call(4, affine=False, track_running_stats=False).on((2, 6) + (5,) * n),
        call(4, bias=False).on((1, 4) + (3,) * n),
        call(3, momentum=0.5, track_running_stats=False).on((2, 3) + (1,) * n),
    ],
    bad=lambda n: [
        call(4).on((2, 3) + (5,) * n).refused(Problem.NORM_FEATURES),
        call(4).on((2, 4, 5, 5) + (5,) * n).refused(Problem.RANK),
        call(4).on((1, 4) + (1,) * n).refused(Problem.ONE_VALUE),
        call(-1).refused(Problem.HYPER_PARAMETER),
    ],
)
class BatchNormNd(_BatchNorm):
    """The shape stays; axis 1 must be num_features."""

    def expected(self) -> Shape | None:
        return (unknown("N"), self.num_features, *(unknown("L") for _ in range(self.n))) if self.n > 1 else None

    def forward(self, input: Tensor) -> Shape:
        check_rank(input, *((2, 3) if self.n == 1 else (self.n + 2,)))
        return self.normalise(input)


@module(
    "torch.nn.SyncBatchNorm",
    good=lambda: [call(4).on((2, 4)), call(4, 1e-5, 0.1, True, True, None, None, None, bias=False).on((2, 4, 5, 5))],
    bad=lambda: [
        call(4).on((2, 3, 5)).refused(Problem.NORM_FEATURES), call(4).on((4,)).refused(Problem.RANK), call(4).on((1, 4)).refused(Problem.ONE_VALUE),
    ],
)
class SyncBatchNorm(_BatchNorm):
    """The shape stays; axis 1 must be num_features. Without a process group it works as BatchNorm does, on any number of axes."""

    num_features: Size
    eps: Ignored = 1e-5
    momentum: Ignored = 0.1
    affine: Switch = True
    track_running_stats: Flag = True
    process_group: Ignored = None
    device: Ignored = None
    dtype: Ignored = None
    bias: Switch = True

    def forward(self, input: Tensor) -> Shape:
        if len(input) < 2:
            raise refuse(Problem.RANK, f"expects at least 2 axes but receives {len(input)}: {show(input)}", expected=2, received=len(input))
        return self.normalise(input)


@module(
    "torch.nn.InstanceNorm{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(4).on((2, 4) + (5,) * n),
        call(4).on((2, 3) + (5,) * n),
        call(4, affine=True, track_running_stats=True).on((4,) + (5,) * n),
        call(4, 1e-5, 0.1, True, False, bias=False).on((1, 4) + (3,) * n),
        call(4, track_running_stats=True).on((2, 4) + (3,) * n),
    ],
    bad=lambda n: [
        call(4, affine=True).on((2, 3) + (5,) * n).refused(Problem.NORM_FEATURES),
        call(4, track_running_stats=True).on((2, 3) + (5,) * n).refused(Problem.NORM_FEATURES),
        call(4).on((2, 4, 5) + (5,) * n).refused(Problem.RANK),
        call(4).on((2, 4) + (1,) * n).refused(Problem.ONE_VALUE),
    ],
)
class InstanceNormNd(_ChannelNorm):
    """The shape stays; the channel axis must be num_features where the layer is affine or tracks statistics (else torch only warns)."""

    affine: Switch = False
    track_running_stats: Flag = False
    device: Ignored = None
    dtype: Ignored = None
    bias: Switch = True

    def expected(self) -> Shape:
        channels = self.num_features if self.stores else unknown("C")
        return (unknown("N"), channels, *(unknown("L") for _ in range(self.n)))

    def forward(self, input: Tensor) -> Shape:
        check_rank(input, self.n + 1, self.n + 2)
        if self.stores:
            require_equal(input[-self.n - 1], self.num_features, Problem.NORM_FEATURES, _CHANNELS, param="num_features", axis=-self.n - 1)
        if self.own_statistics:
            check_many_values(input[-self.n :], "spatial element")
        return input


class _LazyNorm(Layer):
    """A norm that takes its channels from axis 1 of the first input, which for an input without a batch is not the channel axis."""

    eps: Ignored = 1e-5
    momentum: Ignored = 0.1
    affine: Switch = True
    track_running_stats: Flag = True
    device: Ignored = None
    dtype: Ignored = None
    bias: Switch = True
    keyword_only = ("bias",)

    def materialise(self, input: Shape) -> Layer:
        if len(input) < 2:
            raise refuse(Problem.RANK, f"expects at least 2 axes but receives {len(input)}: {show(input)}", expected=2, received=len(input))
        concrete = table()[self.op.name.replace(".Lazy", ".")]
        fields = ("eps", "momentum", "affine", "track_running_stats", "bias")
        made: Layer = concrete.construct((input[1],), {name: getattr(self, name) for name in fields})
        made.training = self.training
        return made

    def forward(self, input: Tensor) -> Shape:
        made: Any = self.materialise(input)
        shape: Shape = made.forward(input)
        return shape


@module(
    "torch.nn.LazyBatchNorm{n}d", n=(1, 2, 3),
    good=lambda n: [
        call().on((2, 4) + (5,) * n), call(1e-3, None, False, bias=False).on((2, 6) + (3,) * n),
        call(affine=False, track_running_stats=False).on((2, 6) + (3,) * n),
    ],
    bad=lambda n: [call().on((2, 4, 5, 5) + (5,) * n).refused(Problem.RANK), call().on((1, 4) + (1,) * n).refused(Problem.ONE_VALUE)],
)
class LazyBatchNormNd(_LazyNorm):
    """The shape stays; the first input's axis 1 becomes num_features."""


@module(
    "torch.nn.LazyInstanceNorm{n}d", n=(1, 2, 3),
    good=lambda n: [call().on((2, 4) + (5,) * n), call(affine=False, track_running_stats=False).on((4,) + (5,) * n)],
    bad=lambda n: [call().on((2, 4, 5) + (5,) * n).refused(Problem.RANK), call().on((4,) + (5,) * n).refused(Problem.NORM_FEATURES)],
)
class LazyInstanceNormNd(_LazyNorm):
    """The shape stays; the first input's axis 1 becomes num_features."""


@module(
    "torch.nn.GroupNorm",
    good=lambda: [
        call(2, 6).on((2, 6)), call(3, 6, bias=False).on((2, 6, 4, 4)), call(2, 4, affine=False).on((1, 6, 3)),
        call(1, 4, 1e-5, True).on((2, 4, 2, 2, 2)),
    ],
    bad=lambda: [
        call(4, 6).refused(Problem.GROUPS),
        call(2, 6).on((2, 4, 3)).refused(Problem.NORM_FEATURES),
        call(2, 6, affine=False).on((2, 5, 3)).refused(Problem.GROUPS),
        call(2, 6).on((6,)).refused(Problem.RANK),
        call(2, 2).on((1, 2)).refused(Problem.ONE_VALUE),
    ],
)
class GroupNorm(Layer):
    """The shape stays; axis 1 must be num_channels, of which num_groups is a divisor."""

    num_groups: Size
    num_channels: Size
    eps: Ignored = 1e-5
    affine: Switch = True
    device: Ignored = None
    dtype: Ignored = None
    bias: Switch = True
    keyword_only = ("bias",)

    def check(self) -> None:
        message = "num_channels={received} is not divisible by num_groups={expected}"
        require_divides(self.num_groups, self.num_channels, Problem.GROUPS, message, arg="num_channels", param="num_groups")
        if self.affine is True:
            require_at_least(self.num_channels, 0, Problem.HYPER_PARAMETER, "num_channels must not be negative, not {received}", param="num_channels")

    def forward(self, input: Tensor) -> Shape:
        check_groups(input, self.num_groups)
        if self.affine is True:
            require_equal(input[1], self.num_channels, Problem.NORM_FEATURES, _CHANNELS, param="num_channels", axis=1)
        check_groups_divide(input[1], self.num_groups)
        return input

    def parameters(self) -> dict[str, Shape]:
        names = ["weight", *(["bias"] if known(self.bias) else [])] if known(self.affine) else []
        return dict.fromkeys(names, (self.num_channels,))


def check_groups(input: Shape, groups: Dim) -> None:
    """What group normalisation asks of the rank, of num_groups and of the number of values."""
    if len(input) < 2:
        raise refuse(Problem.RANK, f"expects at least 2 axes but receives {len(input)}: {show(input)}", expected=2, received=len(input))
    require_at_least(groups, 1, Problem.HYPER_PARAMETER, "num_groups must be at least 1, not {received}", arg="num_groups", param="num_groups")
    check_many_values((input[0] * input[1] // groups, *input[2:]), "value per group")


def check_groups_divide(channels: Dim, groups: Dim) -> None:
    """Refuse channels that do not fall into ``groups`` equal groups."""
    require_divides(
        groups, channels, Problem.GROUPS, "receives {received} channels, not divisible by num_groups={expected}", param="num_groups", axis=1,
    )


def read_normalized_shape(value: Any) -> Shape | None:
    """A ``normalized_shape`` argument as a tuple; None where it could not be read, which does not hide the result's shape."""
    if isinstance(value, (int, Expr)):
        return (value,)
    if isinstance(value, (tuple, list)):
        return tuple(size if isinstance(size, (int, Expr)) else unknown() for size in value)
    if value is UNREAD or isinstance(value, T):
        return None
    raise refuse(Problem.HYPER_PARAMETER, f"normalized_shape must be an int or ints, not {value!r}", arg="normalized_shape", param="normalized_shape")


class _TrailingNorm(Layer):
    normalized_shape: Raw
    eps: Ignored = 1e-5
    elementwise_affine: Switch = True
    any_rank = True

    def check(self) -> None:
        self.wanted = read_normalized_shape(self.normalized_shape)
        if self.elementwise_affine is True:
            for size in self.wanted or ():
                require_at_least(
                    size, 0, Problem.HYPER_PARAMETER, "normalized_shape must not be negative, not {received}", arg="normalized_shape",
                    param="normalized_shape",
                )

    def normalise(self, input: Shape) -> Shape:
        if self.wanted is not None:
            check_trailing(input, self.wanted)
        return input


_TRAILING_BAD = [
    call(4).on((2, 5)).refused(Problem.NORM_FEATURES), call((4, 5)).on((5,)).refused(Problem.NORM_FEATURES),
    call((4, 5)).on((2, 5, 4)).refused(Problem.NORM_FEATURES),
    call(-1).refused(Problem.HYPER_PARAMETER), call(()).on((2, 5)).refused(Problem.HYPER_PARAMETER),
]


@module(
    "torch.nn.LayerNorm",
    good=lambda: [
        call(4).on((2, 4)), call((4, 5), 1e-5, True, False).on((2, 4, 5)), call([6], elementwise_affine=False).on((2, 3, 6)),
        call(4, bias=False).on((4,)),
    ],
    bad=lambda: _TRAILING_BAD,
)
class LayerNorm(_TrailingNorm):
    """The shape stays; the last axes must be normalized_shape."""

    bias: Switch = True
    device: Ignored = None
    dtype: Ignored = None

    def forward(self, input: Tensor) -> Shape:
        return self.normalise(input)

    def parameters(self) -> dict[str, Shape]:
        if not known(self.elementwise_affine) or self.wanted is None:
            return {}
        return {"weight": self.wanted} | ({"bias": self.wanted} if known(self.bias) else {})


@module(
    "torch.nn.RMSNorm",
    good=lambda: [call(4).on((2, 4)), call((4, 5), 1e-5, True).on((2, 4, 5)), call([6], elementwise_affine=False).on((2, 3, 6))],
    bad=lambda: _TRAILING_BAD,
)
class RMSNorm(_TrailingNorm):
    """The shape stays; the last axes must be normalized_shape."""

    eps: Ignored = None
    elementwise_affine: Switch = True
    device: Ignored = None
    dtype: Ignored = None

    def forward(self, x: Tensor) -> Shape:
        return self.normalise(x)

    def parameters(self) -> dict[str, Shape]:
        return {"weight": self.wanted} if known(self.elementwise_affine) and self.wanted is not None else {}


class _ResponseNorm(Layer):
    size: Size
    alpha: Ignored = 1e-4
    beta: Ignored = 0.75
    k: Ignored = 1.0


@module(
    "torch.nn.LocalResponseNorm",
    good=lambda: [call(2).on((2, 4, 5)), call(3, 1e-4, 0.5, 2.0).on((2, 4, 5, 5)), call(5, beta=0.5).on((2, 4, 3, 3, 3))],
    bad=lambda: [call(2).on((2, 4)).refused(Problem.RANK), call(0).on((2, 4, 5)).refused(Problem.HYPER_PARAMETER)],
)
class LocalResponseNorm(_ResponseNorm):
    """The shape stays; at least 3 axes."""

    def forward(self, input: Tensor) -> Shape:
        return check_response_norm(input, self.size)


def check_response_norm(input: Shape, size: Dim) -> Shape:
    """``input``, once local response normalisation takes it."""
    if len(input) < 3:
        raise refuse(Problem.RANK, f"expects at least 3 axes but receives {len(input)}: {show(input)}", expected=3, received=len(input))
    require_at_least(size, 1, Problem.HYPER_PARAMETER, "size must be at least 1, not {received}", arg="size", param="size")
    return input


@module(
    "torch.nn.CrossMapLRN2d",
    good=lambda: [call(2).on((2, 4, 5, 5)), call(3, 1e-4, 0.5, 2.0).on((1, 6, 3, 3))],
    bad=lambda: [call(2).on((2, 4, 5)).refused(Problem.RANK), call(0).on((2, 4, 5, 5)).refused(Problem.HYPER_PARAMETER)],
)
class CrossMapLRN2d(_ResponseNorm):
    """The shape stays; 4 axes."""

    def forward(self, input: Tensor) -> Shape:
        check_rank(input, 4)
        # torch divides by size and indexes with it: 0 fails, and so does a size below -2 unless there is one channel
        if equal(self.size, 0) is Truth.ALWAYS:
            raise refuse(Problem.HYPER_PARAMETER, "size must not be 0", arg="size", param="size")
        if at_least(input[1], 2) is Truth.ALWAYS:
            require_at_least(self.size, -2, Problem.HYPER_PARAMETER, "size must not be {received}", arg="size", param="size")
        return input


__all__ = [
    "check_eps", "check_groups", "check_groups_divide", "check_many_values", "check_rank", "check_response_norm", "check_trailing",
    "read_normalized_shape",
]
