"""Names that torch has, to tell a misspelt layer from one without a rule."""

import os
from functools import lru_cache

_NAMESPACES = ("torch.nn.functional", "torch.nn")


@lru_cache(maxsize=1)
def _known() -> dict[str, frozenset[str]]:
    with open(os.path.join(os.path.dirname(__file__), "torch_names.txt"), encoding="ascii") as file:
        parts = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {words[0]: frozenset(words[1:]) for words in parts}


def near_names(name: str) -> tuple[str, ...]:
    """Existing names like ``name`` where it is a public name of a torch namespace that does not exist; empty where it may exist."""
    namespace, _, short = name.rpartition(".")
    if namespace not in _NAMESPACES or short.startswith("_") or short in _known()[namespace]:
        return ()
    import difflib

    return tuple(difflib.get_close_matches(short, sorted(_known()[namespace]), n=2, cutoff=0.82))
