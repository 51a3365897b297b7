"""Names outside the user's files: their public spelling, their base classes."""

import collections.abc
from functools import cache

from ..ops import lookup
from .natives import METHODS
from .torch_classes import PUBLIC_BASES, ancestors, is_base
from .values import ClassValue, External, Native

MODULE = External("torch.nn.Module")
CONTAINERS = {
    "torch.nn.Sequential": ("torch.nn.Module",), "torch.nn.ModuleList": ("torch.nn.Module",), "torch.nn.ModuleDict": ("torch.nn.Module",),
    "torch.nn.ParameterList": ("torch.nn.Module",), "torch.nn.ParameterDict": ("torch.nn.Module",), "torch.nn.Container": ("torch.nn.Module",),
}
_ALIASES = (
    ("torch.nn.modules.module.Module", "torch.nn.Module"), ("torch.nn.parameter.", "torch.nn."), ("torch.autograd.Variable", "torch.autograd.Variable"),
    ("torch.functional.", "torch."), ("torch.special.", "torch."),
)


@cache
def canonical(name: str) -> str:
    """The public name of something torch exposes in several places."""
    for old, new in _ALIASES:
        if name.startswith(old) and (not old.startswith("torch.special") or lookup(name) is None):
            return new + name[len(old) :]
    if name.startswith("torch.nn.modules."):
        public = "torch.nn." + name.rpartition(".")[2]
        if public in CONTAINERS or public in PUBLIC_BASES or lookup(public) is not None:
            return public
    return name


@cache
def external_bases(name: str) -> tuple[External, ...]:
    """Base classes, as far as they matter, of a class outside the user's files."""
    name = canonical(name)
    if name in CONTAINERS:
        return tuple(External(base) for base in CONTAINERS[name])
    op = lookup(name)
    if op is not None and op.is_module:
        return (MODULE,)
    if name.startswith("torch.nn.") and name != "torch.nn.Module" and name.rpartition(".")[2][:1].isupper() and name.count(".") <= 2 and not name.endswith("Parameter"):
        return (MODULE,)
    if (name, "forward") in METHODS:
        return (MODULE,)
    if name.endswith((".LightningModule", ".PyTorchModelHubMixin")):
        return (MODULE,)
    return ()


_READ = ("torch.", "abc.", "typing.", "typing_extensions.", "collections.abc.", "enum.", "types.", "builtins.", "threading.local")
BARE = frozenset(("threading.local", "types.SimpleNamespace"))  # their objects have what the program puts there, and nothing else

_OF_MODULES = frozenset((  # what every nn.Module has besides its methods that are followed
    "T_destination", "_apply", "_backward_hooks", "_backward_pre_hooks", "_call_impl", "_compiled_call_impl", "_forward_hooks", "_forward_hooks_always_called",
    "_forward_hooks_with_kwargs", "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_get_backward_hooks", "_get_backward_pre_hooks",
    "_is_full_backward_hook", "_load_from_state_dict", "_load_state_dict_post_hooks", "_load_state_dict_pre_hooks", "_maybe_warn_non_full_backward_hook",
    "_named_members", "_non_persistent_buffers_set", "_register_load_state_dict_pre_hook", "_register_state_dict_hook", "_replicate_for_data_parallel",
    "_save_to_state_dict", "_slow_forward", "_state_dict_hooks", "_state_dict_pre_hooks", "_version", "_wrapped_call_impl", "call_super_init", "dump_patches",
))
_OF_LAYERS = frozenset(("transposed", "all_weights"))  # of some layers, as are names of their own that begin with an underscore


_PLAIN_OF_TORCH = frozenset({  # classes of torch's that give theirs next to nothing: what is not there is not there
    f"torch.utils.data.{place}{name}" for place in ("", "dataset.", "sampler.") for name in ("Dataset", "IterableDataset", "Sampler")
} | {"torch.nn.modules.Module"})
_TENSORS = frozenset({"torch.Tensor", "torch.nn.Parameter", "torch.nn.UninitializedParameter", "torch.nn.Buffer"})


def makes_tensors(cls: ClassValue) -> bool:
    """Whether the objects of a class of the program's own are tensors."""
    return any(isinstance(base, (External, Native)) and canonical(base.name) in _TENSORS for base in cls.mro)


def may_bring(base: object, name: str = "") -> bool:
    """Whether a base class is outside what is read, so that it may have any attribute, or is an abstract class that has this one."""
    if isinstance(base, External) and base.name.startswith("torch.") and base != MODULE and not external_bases(base.name):
        return canonical(base.name) not in _PLAIN_OF_TORCH
    if isinstance(base, External) and base.name.startswith("torch.nn."):
        return name in _OF_MODULES or (base.name != "torch.nn.Module" and base.name not in CONTAINERS and (name in _OF_LAYERS or name[:1] == "_" != name[1:2]))
    if not isinstance(base, (External, Native)) or (isinstance(base, Native) and not base.name.startswith("collections.abc.")):
        return False
    if base.name.startswith(("collections.abc.", "typing.")):
        return hasattr(getattr(collections.abc, base.name.rpartition(".")[2], None), name)
    return not base.name.startswith(_READ) and not external_bases(base.name)


def is_bare(cls: object, name: str) -> bool:
    """Whether an object of this class has no attribute of the name before the program sets it."""
    return isinstance(cls, External) and cls.name in BARE and not hasattr(object, name)


def related(name: str, wanted: str) -> bool | None:
    """Whether torch's class ``name`` is a subclass of ``wanted``, both known by name only."""
    name, wanted = canonical(name), canonical(wanted)
    if name == wanted:
        return True
    if wanted == "torch.nn.Module":
        return None if lookup(name) is None and name not in CONTAINERS else True
    if lookup(name) is not None or name in CONTAINERS:
        if wanted in ancestors(name):
            return True
        if is_base(wanted) or lookup(wanted) is not None or wanted in CONTAINERS:
            return False
    return None if wanted.startswith("torch.") else False
