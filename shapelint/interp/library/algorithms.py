"""Small modules of Python's that compute on constants (``heapq``, ``bisect``, ``statistics``, ``textwrap``, ``string``,
``urllib.parse``), and those that hold one object for somebody (``weakref``, ``threading.local``, ``contextvars``)."""

import bisect
import heapq
import statistics
import string
import textwrap
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..values import External, Instance, ListObject, Native, Value
from .misc import with_methods
from .support import REQUIRED, Args, Kwargs, apply, bind, lifted, lost, native, returns

if TYPE_CHECKING:
    from ..machine import Machine

for _name in ("bisect", "bisect_left", "bisect_right"):
    native(f"bisect.{_name}")(lifted(f"bisect.{_name}", getattr(bisect, _name)))
for _name in ("mean", "fmean", "median", "median_low", "median_high", "mode", "stdev", "pstdev", "variance", "pvariance"):
    native(f"statistics.{_name}")(lifted(f"statistics.{_name}", getattr(statistics, _name)))
for _name in ("dedent", "indent", "shorten", "fill", "wrap"):
    native(f"textwrap.{_name}")(lifted(f"textwrap.{_name}", getattr(textwrap, _name)))
for _name in ("quote", "quote_plus", "unquote", "unquote_plus", "urljoin"):
    native(f"urllib.parse.{_name}")(lifted(f"urllib.parse.{_name}", getattr(urllib.parse, _name)))
for _name in ("nlargest", "nsmallest"):
    native(f"heapq.{_name}")(lifted(f"heapq.{_name}", getattr(heapq, _name)))


def _changing(name: str, change: Callable[..., Any]) -> None:
    """A function that changes the list of constants which is its first argument."""

    @native(name, least=1)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        given = args[0]
        if not isinstance(given, ListObject):
            return lost(machine, name, given)

        def changed(items: Any, *further: Any) -> Any:
            result = change(items, *further)
            return items, result

        found = apply(machine, name, changed, args, kwargs)
        if not isinstance(found, tuple):
            machine.heap.write(given.table, "items", found)
            return found
        if not isinstance(found[0], ListObject):  # of several options
            why = lost(machine, name, found[0])
            machine.heap.write(given.table, "items", why)
            return why
        machine.heap.write(given.table, "items", found[0].table["items"])
        return found[1]


for _name in ("heappush", "heappop", "heapify", "heappushpop", "heapreplace"):
    _changing(f"heapq.{_name}", getattr(heapq, _name))
for _name in ("insort", "insort_left", "insort_right"):
    _changing(f"bisect.{_name}", getattr(bisect, _name))


@native("string.Template", least=1)
def template(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text = args[0]
    if not isinstance(text, str):
        return lost(machine, "string.Template", text)
    made = string.Template(text)
    methods = {name: lifted(f"Template.{name}", getattr(made, name)) for name in ("substitute", "safe_substitute")}
    found = with_methods("string.Template", methods)
    found.table["template"] = text
    return found


# --- one object for somebody ---------------------------------------------------------------------------------------------


@native("weakref.ref", least=1)
def weak(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Called, it gives the object, which somebody holds as long as it is asked for."""
    return Native("weakref", returns(args[0]))


@native("weakref.proxy", least=1)
def proxy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return args[0]


@native("threading.local")
def local(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Instance(External("threading.local"))


@native("contextvars.ContextVar")
def context_variable(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A variable with a value of its own: what ``set`` returns is the value before, for ``reset``."""
    _, default = bind("ContextVar", args, kwargs, name=REQUIRED, default=None)
    held = Instance(External("contextvars.ContextVar"))
    held.table["value"] = default

    def put(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        before = Instance(External("contextvars.Token"))
        before.table["old_value"] = held.table["value"]
        machine.heap.write(held.table, "value", args[0])
        return before

    def reset(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        machine.heap.write(held.table, "value", args[0].table["old_value"])
        return None

    return with_methods("contextvars.ContextVar", {"get": lambda machine, args, kwargs: held.table["value"], "set": put, "reset": reset})
