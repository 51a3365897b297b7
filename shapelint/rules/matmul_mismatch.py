"""SHP107: a product of tensors whose contracted sizes differ."""

from ..interp.events import Refused
from ..ops.problems import Problem
from . import wording
from .declare import Refusal, rule


@rule
class MatmulMismatch(Refusal):
    """
    A matrix product sums over the last axis of its left operand and the last but one of its right operand; an
    ``einsum`` sums over the axes that share a letter. torch refuses where these sizes differ: "mat1 and mat2 shapes
    cannot be multiplied". In attention the keys are usually meant transposed: ``q @ k.transpose(-2, -1)``.
    """

    code, name = "SHP107", "matmul-mismatch"
    problems = (Problem.MATMUL,)
    whole = True
    bad = """\
import torch

q = torch.randn(2, 8, 10, 64)
k = torch.randn(2, 8, 12, 64)
scores = q @ k  # error: SHP107
"""
    good = """\
import torch

q = torch.randn(2, 8, 10, 64)
k = torch.randn(2, 8, 12, 64)
scores = q @ k.transpose(-2, -1)
"""

    def message(self, event: Refused) -> str:
        return wording.with_shapes(event.application, super().message(event))
