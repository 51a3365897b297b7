import bisect
import contextvars
import heapq
import re
import statistics
import string
import textwrap
import threading
import weakref
from collections import Counter


def kind(v):
    match v:
        case {"type": "conv", "k": k, **rest}:
            return ("conv", k, rest)
        case {"type": t}:
            return ("typed", t)
        case _:
            return "other"


check("match", [kind(v) for v in ({"type": "conv", "k": 3, "s": 1}, {"type": "x"}, {}, 3)])
check("union", (isinstance(3, int | str), isinstance("a", int | str), isinstance(3.0, int | str), isinstance(None, int | None), isinstance([], dict | list | None)))
c = Counter("abca")
check("counter", (c - Counter("a"), c + Counter("ad"), c | Counter("bb"), c & Counter("ab")))
check("range", (range(2, 9, 3).start, range(5).stop, range(9, 0, -2).step))
check("heap", (heapq.nlargest(2, [1, 5, 3]), heapq.nsmallest(1, [4, 2])))
h = []
for v in [3, 1, 2]:
    heapq.heappush(h, v)
check("heappop", (heapq.heappop(h), h[0], len(h)))
check("bisect", (bisect.bisect([1, 3, 5], 3), bisect.bisect_left([1, 3, 5], 3)))
row = [1, 4]
bisect.insort(row, 2)
check("insort", row)
check("stats", (statistics.mean([1, 2, 3]), statistics.median([1, 2, 4])))
check("re", (re.sub(r"(\d)", lambda k: str(int(k.group(1)) * 2), "a1b3"), re.compile("[a-z]+", re.I).sub(lambda k: k.group().upper(), "ab1c", count=1)))
check("template", string.Template("$a ${b}").substitute(a=1, b="x"))
check("textwrap", textwrap.dedent("  a\n  b"))
env = {"w": 4}
exec("def k(a):\n    return a + w\nz = k(3)\nfor i in range(3):\n    z += i", env)
check("exec", (env["z"], env["k"](1), env["i"]))
env, local = {}, {}
exec("z = 3", env, local)
check("exec with locals", (local, "z" in env))


class Holder:
    def __init__(self):
        self.x = 1


held = Holder()
ref = weakref.ref(held)
check("weakref", (ref() is held, ref().x))
kept = threading.local()
kept.x = 3
check("local", kept.x)
var = contextvars.ContextVar("v", default=2)
token = var.set(5)
inside = var.get()
var.reset(token)
check("contextvar", (inside, var.get()))


def f(a, b=2, *, k=1.0):
    pass


check("defaults", (f.__kwdefaults__, f.__defaults__))
check("numbers", ((3).denominator, (2).imag, complex(1, 2).imag, complex(1, 2).real))
