"""Places where quantisation begins and ends, in a model that is not quantised: nothing happens there."""

from ..shapes import Shape
from .declare import Layer, module
from .examples import call
from .kinds import Ignored, Passed

_PLACES = ("torch.ao.quantization", "torch.quantization", "torch.ao.quantization.stubs")


@module(*(f"{place}.QuantStub" for place in _PLACES), good=lambda: [call().on((2, 3)), call(qconfig=None).on(())])
class QuantStub(Layer):
    """The shape stays."""

    any_rank = True
    qconfig: Ignored = None

    def forward(self, x: Passed) -> Shape:
        return x


@module(*(f"{place}.DeQuantStub" for place in _PLACES), good=lambda: [call().on((2, 3)), call(qconfig=None).on(())])
class DeQuantStub(Layer):
    """The shape stays."""

    any_rank = True
    qconfig: Ignored = None

    def forward(self, x: Passed) -> Shape:
        return x
