"""SHP302: an annotation states a shape that the value does not have."""

from .declare import rule
from .stale_shape_comment import StaleShapeComment


@rule
class WrongShapeAnnotation(StaleShapeComment):
    """
    An annotation (``Float[Tensor, "n 3 h w"]``) states a shape, and the value that is passed or returned has another
    one. torch itself does not look at annotations; a runtime checker such as jaxtyping would refuse it. Names in
    the annotation stand for any size.
    """

    code, name = "SHP302", "wrong-shape-annotation"
    how = "annotation"
    subject = "the annotation says"
    bad = """\
import torch
from jaxtyping import Float
from torch import Tensor

x = torch.randn(4, 20)
y: Float[Tensor, "n 10"] = x[:, :5]  # error: SHP302 "axis 1"
"""
    good = """\
import torch
from jaxtyping import Float
from torch import Tensor

x = torch.randn(4, 20)
y: Float[Tensor, "n 10"] = x[:, :10]
"""
