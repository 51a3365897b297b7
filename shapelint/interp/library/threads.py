"""Threads and processes: what they run may have changed things when the program goes on."""

from typing import TYPE_CHECKING

from ..handing_over import called
from ..values import Value
from .support import Args, Kwargs, method

if TYPE_CHECKING:
    from ..machine import Machine


def _start(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``run`` of a class of the program's own is called; a ``target`` was handed over when the thread was made."""
    called(machine, machine.get_attribute(args[0], "run"))
    return None


for _class in ("threading.Thread", "threading.Timer", "multiprocessing.Process", "multiprocessing.context.Process", "torch.multiprocessing.Process"):
    method(_class, "start")(_start)
