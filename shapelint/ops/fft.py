"""Fourier transforms: torch.fft, stft and istft. A real transform keeps n//2 + 1 frequencies of its last axis."""

from typing import Any

from ..dims import Dim, Truth
from ..formulas import conv_out
from ..shapes import Shape, show
from .broadcasting import require_axes
from .declare import function
from .examples import call
from .kinds import Axis, Flag, Ignored, OptAxes, OptInts, OptSize, OptText, Raw, Size, T, Tensor
from .problems import Problem, Unread, equal, refuse, require_at_least, require_axis, require_equal


def _require_norm(norm: str | None) -> None:
    if norm not in (None, "forward", "backward", "ortho"):
        message = f"norm must be 'forward', 'backward' or 'ortho', not {norm!r}"
        raise refuse(Problem.HYPER_PARAMETER, message, arg="norm", param="norm")


def _points(n: Dim, arg: str = "n") -> Dim:
    require_at_least(n, 1, Problem.HYPER_PARAMETER, "a transform needs at least one point, not {received}", arg=arg, param=arg)
    return n


def _one_axis(input: Shape, dim: int) -> int:
    if not input:
        raise refuse(Problem.RANK, "a transform needs an axis, but the tensor has none", expected=1, received=0)
    return require_axis(dim, len(input))


def _replaced(input: Shape, axis: int, size: Dim) -> Shape:
    return (*input[:axis], size, *input[axis + 1 :])


def _wrong() -> list[Any]:
    return [
        call(T(2, 8), 0).refused(Problem.HYPER_PARAMETER), call(T(2, 8), None, 2).refused(Problem.AXIS), call(T()).refused(Problem.RANK),
        call(T(2, 8), norm="energy").refused(Problem.HYPER_PARAMETER),
    ]


def _single() -> list[Any]:
    return [call(T(2, 8)), call(T(2, 7)), call(T(2, 8), 5), call(T(8, 2), None, 0), call(T(2, 8), n=9, dim=-1, norm="ortho")]


@function("torch.fft.fft", "torch.fft.ifft", good=_single, bad=_wrong, dtype="complex")
def fft(input: Tensor, n: OptSize = None, dim: Axis = -1, norm: OptText = None) -> Shape:
    """The axis has n points; without n it stays."""
    _require_norm(norm)
    axis = _one_axis(input, dim)
    return _replaced(input, axis, _points(input[axis] if n is None else n))


@function("torch.fft.rfft", "torch.fft.ihfft", good=_single, bad=_wrong, dtype="complex")
def rfft(input: Tensor, n: OptSize = None, dim: Axis = -1, norm: OptText = None) -> Shape:
    """The axis of n points becomes n//2 + 1 frequencies."""
    _require_norm(norm)
    axis = _one_axis(input, dim)
    return _replaced(input, axis, _points(input[axis] if n is None else n) // 2 + 1)


@function("torch.fft.irfft", "torch.fft.hfft", good=_single, bad=lambda: [*_wrong(), call(T(2, 1)).refused(Problem.HYPER_PARAMETER)], dtype="float")
def irfft(input: Tensor, n: OptSize = None, dim: Axis = -1, norm: OptText = None) -> Shape:
    """L frequencies become n points, without n 2*(L - 1)."""
    _require_norm(norm)
    axis = _one_axis(input, dim)
    return _replaced(input, axis, _points(2 * (input[axis] - 1) if n is None else n))


# --- several axes -------------------------------------------------------------------------------------------------------


def _plane() -> list[Any]:
    return [call(T(2, 4, 8)), call(T(4, 7)), call(T(2, 4, 8), (3, 5)), call(T(4, 8, 2), None, (0, 1)),
    call(T(2, 4, 8), s=(-1, 5), dim=(-2, -1), norm="ortho")]


def _space() -> list[Any]:
    return [*_plane(), call(T(4, 8), (5,)), call(T(4, 8, 2), dim=(0, 2)), call(T(4, 8), dim=(1,)), call(T(3, 4, 8), norm="forward"),
    call(T(4, 8), 6, 0)]


def _wrong_plane() -> list[Any]:
    return [
        call(T(8)).refused(Problem.AXIS), call(T(4, 8), (3,)).refused(Problem.AXIS), call(T(4, 8), None, (0, 0)).refused(Problem.AXIS),
        call(T(4, 8), (3, 0)).refused(Problem.HYPER_PARAMETER),
    ]


def _wrong_space() -> list[Any]:
    return [
        call(T(4, 8), (3, 4, 5)).refused(Problem.AXIS), call(T(4, 8), None, (0, 0)).refused(Problem.AXIS),
        call(T(4, 8), (3, 0)).refused(Problem.HYPER_PARAMETER),
    ]


def _several(input: Shape, s: Shape | None, dim: tuple[int, ...] | None) -> tuple[list[Dim], list[int], bool]:
    """All sizes with the points that ``s`` asks for, the transformed axes, and whether the last one's points were given."""
    if s is not None and dim is not None and len(s) != len(dim):
        message = f"s has {len(s)} sizes for {len(dim)} axes"
        raise refuse(Problem.AXIS, message, arg="s", param="dim", expected=len(dim), received=len(s))
    if s is not None and len(s) > len(input):
        raise refuse(Problem.AXIS, f"s has {len(s)} sizes, but {show(input)} has {len(input)} axes", arg="s", expected=len(input), received=len(s))
    if dim is not None:
        axes = list(require_axes(dim, len(input)))
    else:
        axes = list(range(len(input) - (len(input) if s is None else len(s)), len(input)))
    if dim and not input:
        raise refuse(Problem.AXIS, "a tensor without axes has none to transform", arg="dim", param="dim")
    sizes = list(input)
    for axis, size in zip(axes, s or (), strict=False):
        if not (isinstance(size, int) and size == -1):
            sizes[axis] = size
    given = bool(s) and not (isinstance(s[-1], int) and s[-1] == -1) if s else False
    return sizes, axes, given


def _all_points(sizes: list[Dim], axes: list[int]) -> Shape:
    for axis in axes:
        _points(sizes[axis], "s")
    return tuple(sizes)


def _complex_space(input: Shape, s: Shape | None, dim: tuple[int, ...] | None, norm: str | None) -> Shape:
    _require_norm(norm)
    sizes, axes, _ = _several(input, s, dim)
    return _all_points(sizes, axes)


def _to_frequencies(input: Shape, s: Shape | None, dim: tuple[int, ...] | None, norm: str | None) -> Shape:
    _require_norm(norm)
    sizes, axes, _ = _several(input, s, dim)
    _require_some(axes)
    _all_points(sizes, axes)
    sizes[axes[-1]] = sizes[axes[-1]] // 2 + 1
    return tuple(sizes)


def _to_points(input: Shape, s: Shape | None, dim: tuple[int, ...] | None, norm: str | None) -> Shape:
    _require_norm(norm)
    sizes, axes, given = _several(input, s, dim)
    _require_some(axes)
    if not given:
        sizes[axes[-1]] = 2 * (sizes[axes[-1]] - 1)
    return _all_points(sizes, axes)


def _require_some(axes: list[int]) -> None:
    if not axes:
        raise refuse(Problem.RANK, "a real transform needs at least one axis", expected=1, received=0)


@function("torch.fft.fft2", "torch.fft.ifft2", good=_plane, bad=_wrong_plane, dtype="complex")
def fft2(input: Tensor, s: OptInts = None, dim: OptAxes = (-2, -1), norm: OptText = None) -> Shape:
    """The axes have the points s; without s they stay."""
    return _complex_space(input, s, dim, norm)


@function("torch.fft.fftn", "torch.fft.ifftn", good=_space, bad=_wrong_space, dtype="complex")
def fftn(input: Tensor, s: OptInts = None, dim: OptAxes = None, norm: OptText = None) -> Shape:
    """The axes have the points s; without s they stay."""
    return _complex_space(input, s, dim, norm)


@function("torch.fft.rfft2", good=_plane, bad=_wrong_plane, dtype="complex")
def rfft2(input: Tensor, s: OptInts = None, dim: OptAxes = (-2, -1), norm: OptText = None) -> Shape:
    """As fft2, and the last axis of n points becomes n//2 + 1 frequencies."""
    return _to_frequencies(input, s, dim, norm)


@function("torch.fft.rfftn", good=_space, bad=_wrong_space, dtype="complex")
def rfftn(input: Tensor, s: OptInts = None, dim: OptAxes = None, norm: OptText = None) -> Shape:
    """As fftn, and the last axis of n points becomes n//2 + 1 frequencies."""
    return _to_frequencies(input, s, dim, norm)


@function("torch.fft.irfft2", good=_plane, bad=_wrong_plane, dtype="float")
def irfft2(input: Tensor, s: OptInts = None, dim: OptAxes = (-2, -1), norm: OptText = None) -> Shape:
    """As fft2, and L frequencies of the last axis become 2*(L - 1) points where s does not say."""
    return _to_points(input, s, dim, norm)


@function("torch.fft.irfftn", good=_space, bad=_wrong_space, dtype="float")
def irfftn(input: Tensor, s: OptInts = None, dim: OptAxes = None, norm: OptText = None) -> Shape:
    """As fftn, and L frequencies of the last axis become 2*(L - 1) points where s does not say."""
    return _to_points(input, s, dim, norm)


@function(
    "torch.fft.fftshift", "torch.fft.ifftshift",
    good=lambda: [call(T(4, 8)), call(T(4, 8), 1), call(T(4, 8), dim=(0, -1))], bad=lambda: [call(T(4, 8), 2).refused(Problem.AXIS)],
)
def fftshift(input: Tensor, dim: OptAxes = None) -> Shape:
    """Frequency 0 moves to the middle; the shape stays."""
    for axis in dim or ():
        _one_axis(input, axis)
    if not input:
        raise refuse(Problem.RANK, "fftshift needs an axis, but the tensor has none", expected=1, received=0)
    return input


@function("torch.fft.fftfreq", good=lambda: [call(8), call(7, 0.5), call(n=4, d=0.1)], bad=lambda: [call(-1).refused(Problem.HYPER_PARAMETER)])
def fftfreq(n: Size, d: Ignored = 1.0) -> Shape:
    """n frequencies."""
    require_at_least(n, 0, Problem.HYPER_PARAMETER, "n must not be negative, not {received}", arg="n", param="n")
    return (n,)


@function("torch.fft.rfftfreq", good=lambda: [call(8), call(7, 0.5), call(n=4, d=0.1)])
def rfftfreq(n: Size, d: Ignored = 1.0) -> Shape:
    """n//2 + 1 frequencies."""
    return (n // 2 + 1,)


# --- short-time transforms ----------------------------------------------------------------------------------------------


@function(
    "torch.stft", "torch.Tensor.stft",
    good=lambda: [
        call(T(400), 64, return_complex=True), call(T(2, 400), 64, 16, 32, T(32), return_complex=True),
        call(T(2, 400), 65, hop_length=20, return_complex=True),
        call(T(2, 400), n_fft=64, center=False, return_complex=True, window=T(64)), call(T(2, 400), 64, return_complex=False),
        call(T(400), 64, onesided=False, return_complex=True), call(T(2, 400), 64, pad_mode="constant", return_complex=True),
    ],
    bad=lambda: [
        call(T(2, 3, 400), 64, return_complex=True).refused(Problem.RANK), call(T(400), 0, return_complex=True).refused(Problem.HYPER_PARAMETER),
        call(T(400), 64, 0, return_complex=True).refused(Problem.HYPER_PARAMETER),
        call(T(400), 64, window=T(32), return_complex=True).refused(Problem.STATE),
        call(T(400), 64, 16, 65, return_complex=True).refused(Problem.HYPER_PARAMETER),
        call(T(32), 64, center=False, return_complex=True).refused(Problem.EMPTY),
        call(T(32), 64, return_complex=True).refused(Problem.PADDING),
    ],
    dtype=None,
)
def stft(
    input: Tensor, n_fft: Size, hop_length: OptSize = None, win_length: OptSize = None, window: Raw = None, center: Flag = True,
    pad_mode: Raw = "reflect", normalized: Ignored = False, onesided: Raw = None, return_complex: Raw = None, align_to_window: Raw = None,
) -> Shape:
    """(..., L) becomes (..., n_fft//2 + 1, frames); centred there are 1 + L//hop_length frames, else 1 + (L - n_fft)//hop_length."""
    if len(input) not in (1, 2):
        raise refuse(Problem.RANK, f"stft takes one or two axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    if align_to_window is not None or not (return_complex is None or isinstance(return_complex, bool)):
        raise Unread("return_complex")
    _points(n_fft, "n_fft")
    hop = n_fft // 4 if hop_length is None else hop_length
    require_at_least(hop, 1, Problem.HYPER_PARAMETER, "hop_length must be at least 1, not {received}", arg="hop_length", param="hop_length")
    _require_window(n_fft, win_length, window)
    length = _padded(input[-1], n_fft, pad_mode) if center else input[-1]
    message = "a window of {expected} does not fit into a signal of {received}"
    require_at_least(length, n_fft, Problem.EMPTY, message, param="n_fft", axis=-1)
    frequencies = n_fft // 2 + 1 if onesided is None or onesided else n_fft
    return (*input[:-1], frequencies, conv_out(length, n_fft, hop), *(() if return_complex else (2,)))


def _padded(length: Dim, n_fft: Dim, pad_mode: Any) -> Dim:
    if pad_mode not in ("reflect", "constant", "replicate", "circular"):
        raise Unread("pad_mode")
    pad = n_fft // 2
    if pad_mode == "reflect":
        message = "reflect padding must be smaller than the signal, which is {received}"
        require_at_least(length, pad + 1, Problem.PADDING, message, param="n_fft", axis=-1)
    if pad_mode == "circular":
        require_at_least(length, pad, Problem.PADDING, "circular padding must not exceed the signal, which is {received}", param="n_fft", axis=-1)
    return length + 2 * pad


def _require_window(n_fft: Dim, win_length: Dim | None, window: Any) -> None:
    size = n_fft if win_length is None else win_length
    if win_length is not None:
        require_at_least(size, 1, Problem.HYPER_PARAMETER, "win_length must be at least 1, not {received}", arg="win_length", param="win_length")
        message = "win_length must not exceed n_fft={received}, but is {expected}"
        require_at_least(n_fft, size, Problem.HYPER_PARAMETER, message, arg="win_length", param="win_length")
    if isinstance(window, T) and window.shape is not None:
        if len(window.shape) != 1:
            message = f"the window must be a vector, not {show(window.shape)}"
            raise refuse(Problem.STATE, message, arg="window", expected=1, received=len(window.shape))
        require_equal(window.shape[0], size, Problem.STATE, "the window has {received} elements, not {expected}", arg="window", param="win_length")


@function(
    "torch.istft", "torch.Tensor.istft",
    good=lambda: [call(_spectrum(33, 10), 64), call(_spectrum(2, 33, 10), 64, 16, 64, T(64, high=1)), call(_spectrum(33, 10), n_fft=64, length=100)],
    bad=lambda: [call(_spectrum(32, 10), 64).refused(Problem.FEATURES), call(_spectrum(33), 64).refused(Problem.RANK)],
    dtype="float",
)
def istft(
    input: Tensor, n_fft: Size, hop_length: OptSize = None, win_length: OptSize = None, window: Raw = None, center: Flag = True,
    normalized: Ignored = False, onesided: Raw = None, length: OptSize = None, return_complex: Ignored = False,
) -> Shape:
    """(..., n_fft//2 + 1, frames) becomes (..., L): length where given, else hop_length*(frames - 1) when centred, else n_fft more."""
    if len(input) not in (2, 3):
        raise refuse(Problem.RANK, f"istft takes two or three axes, but {show(input)} has {len(input)}", expected=3, received=len(input))
    hop = n_fft // 4 if hop_length is None else hop_length
    require_at_least(hop, 1, Problem.HYPER_PARAMETER, "hop_length must be at least 1, not {received}", arg="hop_length", param="hop_length")
    message = "hop_length={expected} must not exceed the window, which is {received}"
    require_at_least(n_fft if win_length is None else win_length, hop, Problem.HYPER_PARAMETER, message, arg="hop_length", param="hop_length")
    _require_window(n_fft, win_length, window)
    if not center and win_length is not None:
        raise Unread("center")  # torch refuses windows whose overlap leaves a gap at the ends
    two_sided = equal(input[-2], n_fft) is Truth.ALWAYS if onesided is None else not onesided
    frequencies = n_fft if two_sided else n_fft // 2 + 1
    require_equal(input[-2], frequencies, Problem.FEATURES, "istft needs {expected} frequencies, not {received}", param="n_fft", axis=-2)
    whole = n_fft + hop * (input[-1] - 1)
    if length is not None:
        return (*input[:-2], length)
    return (*input[:-2], whole - 2 * (n_fft // 2) if center else whole)


def _spectrum(*shape: int) -> T:
    return T(*shape, dtype="complex")
