"""``Normalize`` of torchvision: the transform that insists on a number of channels.

The older one works in place on a copy, so the image must have as many channels as there are numbers; the newer one broadcasts.
"""

from ..dims import Truth
from ..shapes import Shape, show
from .declare import Layer, module
from .examples import call
from .kinds import Flag, Ignored, Raw, Tensor
from .problems import Problem, Unread, equal, refuse, require_equal


def _count(values: object, name: str) -> int:
    """How many numbers there are; one number for all channels counts as 1."""
    if isinstance(values, (int, float)):
        return 1
    if isinstance(values, (tuple, list)):
        return len(values)
    raise Unread(name)


class _Normalize(Layer):
    mean: Raw
    std: Raw
    inplace: Ignored = False

    def check_rank(self, input: Shape) -> None:
        if len(input) < 3:
            raise refuse(Problem.RANK, f"expects 3 axes but receives {len(input)}: {show(input)}", expected=3, received=len(input))

    def require(self, name: str, input: Shape) -> Shape:
        """The image, whose channels must be as many as the numbers."""
        count = _count(getattr(self, name), name)
        if count == 1:
            return input
        message = f"has {{expected}} numbers in {name} but receives {{received}} channel" + ("s" if input[-3] != 1 else "")
        channels = require_equal(input[-3], count, Problem.CHANNELS, message, param=name, axis=-3)
        return (*input[:-3], channels, *input[-2:])


@module(
    "torchvision.transforms.Normalize",
    good=lambda: [
        call((0.5,), (0.5,)).on((1, 8, 8)), call([0.5, 0.4, 0.3], [0.2, 0.2, 0.2]).on((3, 8, 9)), call((0.5,), (0.5,)).on((3, 8, 8)),
        call((0.5, 0.4, 0.3), (0.5,)).on((2, 3, 4, 5)), call(0.5, 0.5).on((3, 4, 4)),
    ],
    bad=lambda: [
        call((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).on((1, 8, 8)).refused(Problem.CHANNELS),
        call((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).on((2, 4, 8, 8)).refused(Problem.CHANNELS),
        call((0.5,), (0.5, 0.5, 0.5)).on((1, 8, 8)).refused(Problem.CHANNELS),
        call((0.5,), (0.5,)).on((8, 8)).refused(Problem.RANK),
    ],
)
class Normalize(_Normalize):
    """The shape stays; there is one mean and deviation for all channels, or as many as channels."""

    def forward(self, input: Tensor) -> Shape:
        self.check_rank(input)
        return self.require("std", self.require("mean", input))


@module(
    "torchvision.transforms.v2.Normalize",
    good=lambda: [
        call((0.5,), (0.5,)).on((1, 8, 8)), call([0.5, 0.4, 0.3], [0.2, 0.2, 0.2]).on((3, 8, 9)), call((0.5,), (0.5,)).on((3, 8, 8)),
        call((0.5, 0.4, 0.3), (0.5,)).on((2, 3, 4, 5)), call((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).on((1, 8, 8)),
    ],
    bad=lambda: [
        call((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).on((2, 4, 8, 8)).refused(Problem.CHANNELS),
        call((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), inplace=True).on((1, 8, 8)).refused(Problem.CHANNELS),
        call((0.5,), (0.5, 0.5, 0.5)).on((1, 8, 8)).refused(Problem.CHANNELS),
        call((0.5,), (0.5,)).on((8, 8)).refused(Problem.RANK),
    ],
)
class NewerNormalize(_Normalize):
    """The shape stays; one channel becomes as many as there are means, unless it works in place."""

    inplace: Flag = False

    def forward(self, input: Tensor) -> Shape:
        self.check_rank(input)
        count = _count(self.mean, "mean")
        if self.inplace is not True and count != 1 and equal(input[-3], 1) is not Truth.NEVER:
            input = (*input[:-3], count, *input[-2:])
        return self.require("std", self.require("mean", input))
