"""The adaptive softmax: frequent classes get a full linear layer, rare ones small ones in clusters."""

from ..dims import Dim, Truth
from ..shapes import Shape, show
from .declare import Layer, known, module
from .examples import call
from .kinds import Fields, Ignored, Ints, Number, Size, Switch, T, Tensor
from .problems import Problem, Unread, at_least, refuse, require_at_least, require_equal


def _classes(*shape: int) -> T:
    return T(*shape, dtype="int", high=1)


@module(
    "torch.nn.AdaptiveLogSoftmaxWithLoss",
    good=lambda: [call(16, 10, [4, 8]).on((3, 16), _classes(3)), call(16, 10, [4], div_value=2.0, head_bias=True).on((16,), _classes()),
                  call(16, 20, [2, 5, 10]).on((3, 16), target_=_classes(3))],
    bad=lambda: [call(16, 10, [8, 4]).refused(Problem.HYPER_PARAMETER), call(16, 10, [4, 12]).refused(Problem.HYPER_PARAMETER),
                 call(16, 10, [4]).on((3, 15), _classes(3)).refused(Problem.FEATURES), call(16, 10, [4]).on((3, 16), _classes(4)).refused(Problem.TARGET)],
)
class AdaptiveLogSoftmaxWithLoss(Layer):
    """(N, in_features) and N classes give the N logarithms of their probabilities, and the loss; N may be absent."""

    in_features: Size
    n_classes: Size
    cutoffs: Ints
    div_value: Number = 4.0
    head_bias: Switch = False
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        if not self.cutoffs:
            raise refuse(Problem.HYPER_PARAMETER, "cutoffs must not be empty", arg="cutoffs", param="cutoffs")
        before: Dim = 0
        for cutoff in self.cutoffs:
            message = "cutoffs must be positive and grow, but {received} follows " + str(before)
            require_at_least(cutoff, before + 1, Problem.HYPER_PARAMETER, message, arg="cutoffs", param="cutoffs")
            before = cutoff
        message = "the last cutoff must be below n_classes={received}"
        require_at_least(self.n_classes, before + 1, Problem.HYPER_PARAMETER, message, arg="cutoffs", param="n_classes")
        if at_least(self.in_features, 1) is not Truth.ALWAYS or self.div_value <= 0:
            raise Unread("in_features")

    def forward(self, input_: Tensor, target_: Tensor) -> Fields:
        if len(target_) > 1 or len(input_) != len(target_) + 1:
            message = f"a target of {show(target_)} needs an input of {len(target_) + 1} axes, not {show(input_)}"
            if len(target_) > 1:
                raise refuse(Problem.TARGET, f"target must have one axis or none, not {show(target_)}", arg="target_")
            raise refuse(Problem.RANK, message, arg="input_", expected=len(target_) + 1, received=len(input_))
        for received, expected in zip(target_, input_, strict=False):
            require_equal(received, expected, Problem.TARGET, "{received} targets for {expected} samples", arg="target_", axis=0)
        message = "expects {expected} features but receives {received}"
        require_equal(input_[-1], self.in_features, Problem.FEATURES, message, arg="input_", param="in_features", axis=-1)
        return Fields(output=target_, loss=())

    def parameters(self) -> dict[str, Shape]:
        ends = (*self.cutoffs, self.n_classes)
        head = self.cutoffs[0] + len(self.cutoffs)
        made: dict[str, Shape] = {"head.weight": (head, self.in_features)} | ({"head.bias": (head,)} if known(self.head_bias) else {})
        if not isinstance(self.in_features, int):
            return made
        for i in range(len(self.cutoffs)):
            width = int(self.in_features // (self.div_value ** (i + 1)))
            made |= {f"tail.{i}.0.weight": (width, self.in_features), f"tail.{i}.1.weight": (ends[i + 1] - ends[i], width)}
        return made
