"""What builtins, methods of built-in types and the standard library do to values, one file per module of Python.

Each file registers with ``@native``, ``@method`` or ``NAMED_CONSTANTS`` when it is imported. :func:`load` imports them all,
once: they need the interpreter's value types and nothing else, so it costs a few milliseconds.
"""

from importlib import import_module

FILES = (
    "builtins_", "types_", "objects", "iterators", "methods_str", "methods_list", "methods_dict", "methods_views", "mappings", "methods_set", "methods_tuple", "math_",
    "operator_", "itertools_", "functools_", "collections_", "copy_", "typing_", "dataclasses_", "namedtuples", "enum_", "classes",
    "inspect_", "misc", "paths", "globs", "files", "importing", "evaluating", "contextlib_", "regex", "argparse_", "numpy_arrays", "pictures", "numpy_", "torch_",
    "transform_rules", "transforms", "vision_sets", "click_", "lightning_", "hf_datasets", "versions", "quantised", "foreach", "numpy_axes", "algorithms", "trees",
    "feature_extraction", "parametrizations", "threads",
)
_loaded = False


def load() -> None:
    """Register everything, once."""
    global _loaded
    if not _loaded:
        _loaded = True
        for name in FILES:
            import_module(f"{__name__}.{name}")
