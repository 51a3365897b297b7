"""``packaging.version``: programs ask which version of a package they run with, and compare plain ones: numbers with dots between them."""

import re
from typing import TYPE_CHECKING

from ..values import External, Instance, Value
from .support import REQUIRED, Args, Kwargs, aside, bind, native

if TYPE_CHECKING:
    from ..machine import Machine

_PLAIN = re.compile(r"v?(\d+(?:\.\d+)*)", re.IGNORECASE)


@native("packaging.version.Version", "packaging.version.parse", is_type=True)
def version(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """It compares as its numbers do, without zeros at the end. Development, local and pre-releases are not followed."""
    (text,) = bind("Version", args, kwargs, version=REQUIRED)
    found = _PLAIN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return aside(machine, "packaging.version.Version")
    release = tuple(map(int, found[1].split(".")))
    padded = (*release, 0, 0)
    made = Instance(External("packaging.version.Version"))
    made.table.update({"release": release, "major": padded[0], "minor": padded[1], "micro": padded[2], "base_version": found[1], "public": found[1]})
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    made.hidden["payload"] = release
    return made
