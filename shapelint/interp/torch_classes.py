"""Which classes of ``torch.nn`` derive from which, private bases too: ``isinstance(m, nn.modules.batchnorm._BatchNorm)``."""

from functools import lru_cache

_DROPOUT, _NORM, _CONV, _LOSS, _LAZY = "dropout._DropoutNd", "batchnorm._NormBase", "conv._ConvNd", "loss._Loss", "lazy.LazyModuleMixin"
_WEIGHTED = ("loss._WeightedLoss", _LOSS)
# By public name without its number of axes; names within torch.nn.modules, or public ones.
_BASES: dict[str, tuple[str, ...]] = {
    "AdaptiveAvgPool": ("pooling._AdaptiveAvgPoolNd",), "AdaptiveMaxPool": ("pooling._AdaptiveMaxPoolNd",), "AvgPool": ("pooling._AvgPoolNd",),
    "MaxPool": ("pooling._MaxPoolNd",), "MaxUnpool": ("pooling._MaxUnpoolNd",), "LPPool": ("pooling._LPPoolNd",),
    "AlphaDropout": (_DROPOUT,), "Dropout": (_DROPOUT,), "FeatureAlphaDropout": (_DROPOUT,),
    "BatchNorm": ("batchnorm._BatchNorm", _NORM), "SyncBatchNorm": ("batchnorm._BatchNorm", _NORM), "InstanceNorm": ("instancenorm._InstanceNorm", _NORM),
    "LazyBatchNorm": ("batchnorm._LazyNormBase", _LAZY, "batchnorm._BatchNorm", _NORM),
    "LazyInstanceNorm": ("batchnorm._LazyNormBase", _LAZY, "instancenorm._InstanceNorm", _NORM),
    "Conv": (_CONV,), "ConvTranspose": ("conv._ConvTransposeNd", _CONV), "LazyConv": ("conv._LazyConvXdMixin", _LAZY, "Conv", _CONV),
    "LazyConvTranspose": ("conv._LazyConvXdMixin", _LAZY, "ConvTranspose", "conv._ConvTransposeNd", _CONV), "LazyLinear": (_LAZY, "Linear"),
    "CircularPad": ("padding._CircularPadNd",), "ConstantPad": ("padding._ConstantPadNd",), "ReflectionPad": ("padding._ReflectionPadNd",),
    "ReplicationPad": ("padding._ReplicationPadNd",), "ZeroPad": ("ConstantPad", "padding._ConstantPadNd"),
    "GRU": ("RNNBase",), "LSTM": ("RNNBase",), "RNN": ("RNNBase",), "GRUCell": ("RNNCellBase",), "LSTMCell": ("RNNCellBase",), "RNNCell": ("RNNCellBase",),
    "ReLU6": ("Hardtanh",), "UpsamplingBilinear": ("Upsample",), "UpsamplingNearest": ("Upsample",), "NLLLoss2d": ("NLLLoss", *_WEIGHTED),
    **dict.fromkeys(("BCELoss", "CrossEntropyLoss", "LinearCrossEntropyLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss"), _WEIGHTED),
    **dict.fromkeys((
        "BCEWithLogitsLoss", "CTCLoss", "CosineEmbeddingLoss", "GaussianNLLLoss", "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss",
        "MarginRankingLoss", "MultiLabelMarginLoss", "PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss", "TripletMarginLoss",
        "TripletMarginWithDistanceLoss"), (_LOSS,)),
}
PUBLIC_BASES = frozenset({"torch.nn.RNNBase", "torch.nn.RNNCellBase"})
_MODULES = "torch.nn.modules."


@lru_cache(maxsize=256)
def ancestors(name: str) -> frozenset[str]:
    """All bases but ``nn.Module`` of a layer of ``torch.nn``, by their public names where they have one."""
    short = name.removeprefix("torch.nn.")
    stem, axes = (short[:-2], short[-2:]) if short not in _BASES and short[-2:] in ("1d", "2d", "3d") else (short, "")
    return frozenset(_full(base, axes) for base in _BASES.get(stem, ()))


def _full(base: str, axes: str) -> str:
    if "." in base:
        return _MODULES + base
    return f"torch.nn.{base}{axes if base in _NUMBERED else ''}"


_NUMBERED = ("Conv", "ConvTranspose", "ConstantPad")


def is_base(name: str) -> bool:
    """Whether ``name`` is one of the bases that layers have here."""
    return name in PUBLIC_BASES or (name.startswith(_MODULES) and name.removeprefix(_MODULES) in _private())


@lru_cache(maxsize=1)
def _private() -> frozenset[str]:
    return frozenset(base for bases in _BASES.values() for base in bases if "." in base)
