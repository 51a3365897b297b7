"""Multiply-accumulates of functions: products of matrices, convolutions, attention. Modules state theirs: ``Layer.macs``."""

from collections.abc import Mapping
from typing import Any

from ..dims import Dim, prod
from ..shapes import Shape

_PRODUCTS = {"mm", "bmm", "matmul", "__matmul__", "dot", "mv", "inner"}
_SUMS_OF_PRODUCTS = {"addmm": "mat1", "baddbmm": "batch1", "addmv": "mat", "addbmm": "batch1"}
UNCOUNTED = {"bilinear", "multi_dot", "tensordot", "chain_matmul", "multi_head_attention_forward", "matrix_power", "cdist", "conv_tbc", "outer", "kron"}


def macs_of_function(name: str, tensors: Mapping[str, Shape], values: Mapping[str, Any], output: Shape | None) -> Dim | None:
    """Multiply-accumulates of one call; 0 for what does none, None for what does some that are not counted.

    ``name`` is the operator's short name; ``tensors`` are shapes by parameter, ``values`` all arguments.
    """
    shapes = list(tensors.values())
    if output is None or not shapes:
        return 0
    if name == "linear":
        return prod(output) * shapes[0][-1]
    if name in _PRODUCTS:
        # the axis that is summed over is the last of the left factor
        return prod(output) * shapes[0][-1] if shapes[0] else 0
    if name in _SUMS_OF_PRODUCTS:
        left = tensors.get(_SUMS_OF_PRODUCTS[name])
        return None if left is None else prod(output) * left[-1] * (left[0] if name == "addbmm" else 1)
    if name.startswith("conv_transpose") and "weight" in tensors:
        return prod(shapes[0]) * prod(tensors["weight"][1:])
    if name.startswith("conv") and name[-1:] == "d" and "weight" in tensors:
        return prod(output) * prod(tensors["weight"][1:])
    if name == "scaled_dot_product_attention" and len(shapes) >= 3:
        query, key = shapes[0], shapes[1]
        return prod(output[:-1]) * key[-2] * (query[-1] + output[-1])
    if name == "einsum":
        return _einsum(shapes, next((value for value in values.values() if isinstance(value, str)), None))
    return None if name in UNCOUNTED else 0


def _einsum(shapes: list[Shape], equation: Any) -> Dim | None:
    """Two factors, each letter once: the product of all sizes. What contracts in several steps is not counted."""
    if not isinstance(equation, str) or "." in equation:
        return None
    left = equation.replace(" ", "").partition("->")[0].split(",")
    if len(left) == 1:
        return 0
    if len(left) != 2 or len(shapes) != 2 or any(len(term) != len(shape) for term, shape in zip(left, shapes, strict=True)):
        return None
    sizes = {letter: size for term, shape in zip(left, shapes, strict=True) for letter, size in zip(term, shape, strict=True)}
    return prod(sizes.values())
