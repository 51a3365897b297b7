"""Linear layers."""

from ..shapes import Shape
from .declare import Layer, module
from .examples import call
from .kinds import Flag, Size, Tensor
from .problems import Problem, refuse, require_equal


@module(
    "torch.nn.Linear",
    good=lambda: [call(4, 8).on((2, 4)), call(4, 8, bias=False).on((4,)), call(6, 3).on((2, 5, 6))],
    bad=lambda: [call(4, 8).on((2, 5)).refused(Problem.FEATURES)],
)
class Linear(Layer):
    """The last axis, in_features, becomes out_features; all other axes stay."""

    in_features: Size
    out_features: Size
    bias: Flag = True
    any_rank = True

    def forward(self, input: Tensor) -> Shape:
        if not input:
            raise refuse(Problem.RANK, "Linear needs at least one axis", expected=1, received=0)
        message = "expects {expected} features but receives {received}"
        require_equal(input[-1], self.in_features, Problem.FEATURES, message, param="in_features", axis=-1)
        return (*input[:-1], self.out_features)

    def parameters(self) -> dict[str, Shape]:
        return {"weight": (self.out_features, self.in_features)} | ({"bias": (self.out_features,)} if self.bias else {})
