"""Programs that are deep, endless, huge or broken: what a linter must survive. Each stands under a name that says what is wrong with it."""

from collections.abc import Callable, Iterator

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
NET = HEAD + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
{init}
    def forward(self, x):
{forward}
        return self.conv(x)


Net()(torch.randn(2, 3, 32, 32))
"""

Program = str | bytes | Callable[[], "str | bytes"]


def programs() -> dict[str, Program]:
    """Every program by its name."""
    return {**_all(_recursion()), **_all(_loops()), **_all(_sizes()), **_all(_library()), **_all(_branches()), **_all(_long()), **_all(_torch()), **_all(_broken())}


def _all(found: Iterator[tuple[str, Program]]) -> dict[str, Program]:
    return dict(found)


def _net(forward: str = "        pass", init: str = "") -> str:
    return NET.format(init=init, forward=forward)


# --- recursion ----------------------------------------------------------------------------------------------------


def _recursion() -> Iterator[tuple[str, Program]]:
    yield "a function that calls itself", HEAD + "def f(n):\n    return f(n + 1)\n\nf(0)\nnn.Linear(f(1), 3)\n"
    yield "functions that call each other", HEAD + "def f(n):\n    return g(n)\ndef g(n):\n    return h(n)\ndef h(n):\n    return f(n + 1)\nf(0)\n"
    yield "fibonacci of 80", HEAD + "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n\nnn.Linear(fib(80), 3)\n"
    yield "ackermann", HEAD + ("def a(m, n):\n    if m == 0:\n        return n + 1\n    if n == 0:\n        return a(m - 1, 1)\n"
                               "    return a(m - 1, a(m, n - 1))\n\nnn.Linear(a(3, 9), 3)\n")
    yield "a tree of modules that grows", HEAD + ("class T(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n        self.a = T(d + 1)\n"
                                                  "        self.b = T(d + 1)\n    def forward(self, x):\n        return self.a(x) + self.b(x)\nT(0)(torch.randn(2, 3))\n")
    yield "a binary tree of depth 20", HEAD + ("class T(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n        self.leaf = nn.Linear(3, 3)\n"
                                               "        if d:\n            self.a = T(d - 1)\n            self.b = T(d - 1)\n        self.d = d\n"
                                               "    def forward(self, x):\n        x = self.leaf(x)\n        return self.a(x) + self.b(x) if self.d else x\n"
                                               "T(20)(torch.randn(2, 3))\n")
    yield "a recursive lambda", HEAD + "f = lambda n: f(f(n))\nf(3)\n"
    yield "a class that makes itself", HEAD + "class A:\n    def __init__(self):\n        self.a = A()\n\nA()\n"
    yield "an attribute that asks for itself", HEAD + "class A:\n    def __getattr__(self, name):\n        return getattr(self, name + 'x')\nA().b\n"
    yield "a property that asks for itself", HEAD + "class A:\n    @property\n    def b(self):\n        return self.b\nA().b\n"
    yield "setattr in setattr", HEAD + "class A:\n    def __setattr__(self, name, value):\n        self.other = value\nA().b = 3\n"
    yield "operators that call each other", HEAD + ("class A:\n    def __add__(self, o):\n        return o + self\n    def __eq__(self, o):\n        return o == self\n"
                                                    "    def __iter__(self):\n        return iter(self)\n    def __len__(self):\n        return len(self)\n"
                                                    "    def __bool__(self):\n        return bool(self)\n    def __getitem__(self, i):\n        return self[i]\n"
                                                    "    def __call__(self):\n        return self()\n    def __contains__(self, i):\n        return i in self\n"
                                                    "    def __repr__(self):\n        return repr(self)\n    def __hash__(self):\n        return hash(self)\n"
                                                    "    def __lt__(self, o):\n        return o < self\n    def __format__(self, s):\n        return format(self, s)\n"
                                                    "a, b = A(), A()\na + b\na == b\nlist(a)\nlen(a)\nif a: pass\na[0]\na()\n3 in a\nrepr(a)\n{a: 1}\nsorted([a, b])\n"
                                                    "str(a)\nf'{a}'\nmin(a, b)\n[*a]\nx, y = a\nset([a, b])\n'%s' % a\n[a].index(b)\n[b] == [a]\n(a,) < (b,)\n")
    yield "a module that calls itself", _net("        x = self(x)")
    yield "a module inside itself", _net("        x = self.own[0](x)", "        self.own = [self]")
    yield "a module as its own child", HEAD + ("class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.own = self\n"
                                               "        self.l = nn.Linear(3, 3)\n    def forward(self, x):\n        return self.l(x)\n"
                                               "n = N()\nlist(n.modules())\nlist(n.named_parameters())\nn.apply(print)\nn.eval()\nn.state_dict()\nn.to('cpu')\nprint(n)\n"
                                               "import copy\nm = copy.deepcopy(n)\nm(torch.randn(2, 3))\nsum(p.numel() for p in n.parameters())\n")
    yield "a sequential inside itself", HEAD + "s = nn.Sequential(nn.Linear(3, 3))\ns.append(s)\ns(torch.randn(2, 3))\nprint(s)\nlist(s.modules())\nlen(s)\ns.train()\n"
    yield "lists that hold themselves", HEAD + ("import copy\na = [1]\na.append(a)\nb = [1]\nb.append(b)\nprint(a, a == b, a != b, a < b, str(a), f'{a}', '%s' % a)\n"
                                                "copy.deepcopy(a)\ncopy.copy(a)\nsum(a)\nsorted(a)\nmax(a)\nlen(a)\na in a\na.index(b)\na.count(b)\nhash(tuple(a))\n"
                                                "torch.tensor(a)\ntorch.zeros(a)\ntuple(a)\nset(a)\na * 3\na + a\na.extend(a)\nnn.Sequential(*a)\nimport json\njson.dumps(a)\n"
                                                "isinstance(3, tuple(a))\nimport numpy as np\nnp.array(a)\ntorch.cat(a)\ntorch.stack([a, b])\n'{}'.format(a)\n")
    yield "dicts that hold themselves", HEAD + ("import copy\nd = {}\nd['d'] = d\ne = {}\ne['d'] = e\nd == e\nprint(d, str(d), f'{d}')\ncopy.deepcopy(d)\ndict(d)\n{**d}\n"
                                                "d.update(d)\nlist(d.values())\nd | e\nnn.ModuleDict(d)\nimport json\njson.dumps(d)\n'{d}'.format(**d)\n"
                                                "from types import SimpleNamespace\nn = SimpleNamespace(**d)\nn.n = n\nn == n\nstr(n)\ncopy.deepcopy(n)\n")
    yield "objects that hold each other", HEAD + ("import copy\nfrom dataclasses import dataclass, asdict, replace, astuple\n@dataclass\nclass A:\n    other: object = None\n"
                                                  "a, b = A(), A()\na.other, b.other = b, a\na == b\nprint(a, str(a), f'{a}')\ncopy.deepcopy(a)\nasdict(a)\nastuple(a)\nreplace(a)\n"
                                                  "a2, b2 = A(), A()\na2.other, b2.other = a2, b2\na2 == b2\nvars(a)\n")
    yield "nested lists of depth 3000", HEAD + ("import copy\na = []\nfor i in range(3000):\n    a = [a]\nb = []\nfor i in range(3000):\n    b = [b]\na == b\nstr(a)\n"
                                                "copy.deepcopy(a)\ntorch.tensor(a)\nf'{a}'\na < b\nimport json\njson.dumps(a)\nprint(a in [b])\nimport numpy as np\nnp.array(a)\n")
    yield "nested tuples of depth 3000", HEAD + ("import copy\na = ()\nfor i in range(3000):\n    a = (a,)\nb = ()\nfor i in range(3000):\n    b = (b,)\na == b\nstr(a)\nhash(a)\n"
                                                 "{a: 1}\ncopy.deepcopy(a)\ntorch.tensor(a)\nf'{a}'\na < b\nisinstance(3, a)\nset([a, b])\na in {b: 1}\nprint(a)\n"
                                                 "try:\n    pass\nexcept a:\n    pass\nx = a if torch.rand(1) > 0 else b\nreturned = (a, torch.zeros(3))\n")
    yield "nested dicts of depth 3000", HEAD + "import copy\na = {}\nfor i in range(3000):\n    a = {'a': a}\nb = {'a': a}\na == b\nstr(a)\ncopy.deepcopy(a)\nf'{a}'\n"
    yield "nested sequentials of depth 3000", HEAD + ("m = nn.Linear(3, 3)\nfor i in range(3000):\n    m = nn.Sequential(m)\nm(torch.randn(2, 3))\nlist(m.modules())\n"
                                                      "print(m)\nm.eval()\nimport copy\ncopy.deepcopy(m)\nlist(m.named_parameters())\nm.state_dict()\n")
    yield "nested sequentials of depth 60", HEAD + "m = nn.Linear(3, 3)\nfor i in range(60):\n    m = nn.Sequential(m)\nm(torch.randn(2, 4))\n"
    yield "sequentials that share and double", HEAD + ("m = nn.Linear(3, 3)\nfor i in range(60):\n    m = nn.Sequential(m, m)\nm(torch.randn(2, 3))\nlist(m.modules())\n"
                                                       "import copy\ncopy.deepcopy(m)\nlist(m.parameters())\nm.train()\nprint(m)\n")
    yield "lists that share and double", HEAD + ("import copy\na = [1]\nfor i in range(60):\n    a = [a, a]\nb = [1]\nfor i in range(60):\n    b = [b, b]\ncopy.deepcopy(a)\na == b\n"
                                                 "str(a)\ntorch.tensor(a)\nf'{a}'\na < b\nimport numpy as np\nnp.array(a)\n")
    yield "tuples that share and double", HEAD + ("import copy\na = (1,)\nfor i in range(60):\n    a = (a, a)\nb = (1,)\nfor i in range(60):\n    b = (b, b)\ncopy.deepcopy(a)\na == b\n"
                                                  "str(a)\ntorch.tensor(a)\nf'{a}'\nhash(a)\n{a: 3}\na < b\nisinstance(3, a)\nx = a if torch.rand(1) > 0 else b\nset([a, b])\na in [b]\n"
                                                  "def f(*p): return p\nf(a, b)\nprint(a)\nt = torch.zeros(3)\nfor i in range(60):\n    t = (t, t)\ny = t\n")
    yield "a chain of 3000 classes", HEAD + "class C0(nn.Module):\n    pass\n" + "".join(f"class C{i}(C{i - 1}):\n    def __init__(self):\n        super().__init__()\n" for i in range(1, 3000)) + "C2999()\n"
    yield "a chain of classes made in a loop", HEAD + "C = nn.Module\nfor i in range(3000):\n    class C(C):\n        def f(self):\n            return super().f()\nC().f()\n"
    yield "a class with 300 bases", HEAD + "".join(f"class B{i}:\n    pass\n" for i in range(300)) + f"class C({', '.join(f'B{i}' for i in range(300))}):\n    pass\nC()\n"
    yield "closures 200 deep", HEAD + "def wrap(f):\n    def inner(n):\n        return f(n) + 1\n    return inner\ng = lambda n: n\nfor i in range(200):\n    g = wrap(g)\nnn.Linear(g(3), 3)\n"
    yield "partials 3000 deep", HEAD + "from functools import partial\ng = nn.Linear\nfor i in range(3000):\n    g = partial(g)\ng(3, 4)(torch.randn(2, 5))\n"
    yield "bound methods of bound methods", HEAD + "class A:\n    def f(self, n):\n        return self.g(n)\n    g = f\nA().f(3)\n"
    yield "decorators 3000 deep", HEAD + "def d(f):\n    return lambda *a: f(*a)\n" + "@d\n" * 3000 + "def f(n):\n    return n\nf(3)\n"
    yield "generators in generators", HEAD + "def count(n):\n    yield n\n    yield from count(n + 1)\nfor i in count(0):\n    pass\ng = (i for i in range(3))\nfor _ in range(3000):\n    g = (i for i in g)\nlist(g)\n"
    yield "a recursive comprehension", HEAD + "f = lambda n: [f(i) for i in range(n)]\nf(9)\nf(30)\n"
    yield "exceptions in recursion", HEAD + "def f(n):\n    try:\n        return f(n + 1)\n    except RecursionError:\n        return f(n + 1)\n    finally:\n        f(n + 1)\nf(0)\n"
    yield "sort keys that recurse", HEAD + "def key(x):\n    return sorted([1, 2, 3], key=key)\nsorted([3, 2], key=key)\nmap(key, [1])\nlist(map(key, [1]))\n"
    yield "matching that recurses", HEAD + "def f(x):\n    match x:\n        case [a, *b]:\n            return f([a, a, *b])\n        case _:\n            return 0\nf([1])\n"


def nested(open_: str, close: str, depth: int, inner: str = "1") -> str:
    return open_ * depth + inner + close * depth


# --- loops --------------------------------------------------------------------------------------------------------


def _loops() -> Iterator[tuple[str, Program]]:
    yield "while True", HEAD + "while True:\n    pass\nnn.Linear(3, 4)(torch.randn(2, 5))\n"
    yield "while True in forward", _net("        while True:\n            x = F.relu(x)")
    yield "while True that counts", HEAD + "n = 0\nwhile True:\n    n += 1\nnn.Linear(n, 3)\n"
    yield "while 1 with a break far away", HEAD + "n = 0\nwhile 1:\n    n += 1\n    if n > 10**9:\n        break\nnn.Linear(n, 3)\n"
    yield "a loop of a million", HEAD + "n = 0\nfor i in range(10**6):\n    n += i\nnn.Linear(n, 3)\n"
    yield "a loop of a billion", HEAD + "n = 0\nfor i in range(10**9):\n    n += i\nnn.Linear(n, 3)\n"
    yield "a million layers", _net(init="        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(10**6)])")
    yield "a million layers in a loop", _net("        for l in self.layers:\n            x = l(x)",
                                             "        self.layers = []\n        for _ in range(10**6):\n            self.layers.append(nn.Conv2d(3, 3, 3))")
    yield "a million calls of a layer", _net("        for _ in range(10**6):\n            x = self.same(x)", "        self.same = nn.Conv2d(3, 3, 3, padding=1)")
    yield "a million concatenations", _net("        for _ in range(10**6):\n            x = torch.cat([x, x])")
    yield "a thousand doublings", _net("        for _ in range(1000):\n            x = torch.cat([x, x])")
    yield "loops in loops in loops", HEAD + "n = 0\nfor a in range(1000):\n    for b in range(1000):\n        for c in range(1000):\n            n += 1\n"
    yield "ten nested loops of ten", HEAD + "n = 0\n" + "".join("    " * i + f"for i{i} in range(10):\n" for i in range(10)) + "    " * 10 + "n += 1\n"
    yield "ten nested undecided loops", HEAD + "def f(xs, x):\n" + "".join("    " * (i + 1) + f"for i{i} in xs:\n" for i in range(10)) + "    " * 11 + "x = x + 1\n    return x\nf(open('f'), torch.randn(3))\n"
    yield "twelve nested while loops", HEAD + "def f(p, x):\n" + "".join("    " * (i + 1) + "while p():\n" for i in range(12)) + "    " * 13 + "x = x + 1\n    return x\nf(input, torch.randn(3))\n"
    yield "eighteen nested while loops with else", HEAD + "def f(p, x):\n" + "".join("    " * (i + 1) + "while p(x):\n" for i in range(18)) + "    " * 19 + "x = x + 1\n    return x\nf(input, torch.randn(3))\n"
    yield "nested comprehensions", HEAD + "x = [a for a in range(100) for b in range(100) for c in range(100) for d in range(100)]\n"
    yield "comprehensions in comprehensions", HEAD + "x = [[[[a for a in range(100)] for b in range(100)] for c in range(100)] for d in range(100)]\n"
    yield "set and dict comprehensions", HEAD + "x = {a * b for a in range(10**4) for b in range(10**4)}\ny = {a: b for a in range(10**4) for b in range(10**4)}\n"
    yield "list that doubles", HEAD + "a = [1]\nfor i in range(60):\n    a = a + a\nnn.Linear(len(a), 3)\n"
    yield "list that doubles in place", HEAD + "a = [1]\nfor i in range(60):\n    a += a\nb = [1]\nfor i in range(60):\n    b.extend(b)\nc = [1]\nfor i in range(60):\n    c *= 2\nd = [1]\nfor i in range(60):\n    d[:] = d * 2\nfor i in range(60):\n    d = [*d, *d]\n"
    yield "tuple that doubles", HEAD + "a = (1,)\nfor i in range(60):\n    a = a + a\nb = (1,)\nfor i in range(60):\n    b = (*b, *b)\nc = (1,)\nfor i in range(60):\n    c *= 2\n"
    yield "string that doubles", HEAD + "a = 'a'\nfor i in range(60):\n    a = a + a\nb = 'a'\nfor i in range(60):\n    b = f'{b}{b}'\nc = 'a'\nfor i in range(60):\n    c = c.replace('a', 'aa')\nd = 'a'\nfor i in range(60):\n    d = d.join([d, d])\ne = 'a'\nfor i in range(60):\n    e = '%s%s' % (e, e)\nf = 'a'\nfor i in range(60):\n    f = '{0}{0}'.format(f)\ng = b'a'\nfor i in range(60):\n    g = g + g\n"
    yield "number that squares", HEAD + "a = 3\nfor i in range(60):\n    a = a * a\nb = 3\nfor i in range(60):\n    b **= 2\nc = 3\nfor i in range(60):\n    c <<= c\nd = 1.5\nfor i in range(60):\n    d = d ** d\n"
    yield "dict that doubles", HEAD + "d = {1: 1}\nfor i in range(60):\n    d = {**d, **{k + len(d): 1 for k in d}}\ns = {1}\nfor i in range(60):\n    s |= {x + len(s) for x in s}\n"
    yield "a loop that grows its list", HEAD + "a = [1]\nfor x in a:\n    a.append(x)\n"
    yield "a loop that grows its dict", HEAD + "d = {0: 0}\nfor k in list(d):\n    d[k + 1] = 0\nq = [0]\nwhile q:\n    x = q.pop()\n    q.append(x + 1)\n    q.append(x + 2)\n"
    yield "an endless generator", HEAD + "def g():\n    n = 0\n    while True:\n        yield n\n        n += 1\nfor i in g():\n    pass\nlist(g())\nnext(g())\nzip(g(), g())\nsum(g())\n"
    yield "endless iterators", HEAD + ("import itertools as it\nfor i in it.count():\n    pass\nlist(it.count())\nsum(it.repeat(1))\nlist(it.cycle([1]))\nmax(it.count())\nset(it.count())\n"
                                       "tuple(it.chain(it.count(), it.count()))\nlist(it.accumulate(it.count()))\n3.5 in it.count()\nlist(zip(it.count(), it.cycle('ab')))\n"
                                       "list(map(str, it.count()))\nlist(filter(None, it.count()))\n[*it.count()]\ndict(zip(it.count(), it.count()))\nlist(enumerate(it.count()))\n"
                                       "sorted(it.count())\n'x'.join(it.cycle('a'))\nany(it.repeat(False))\na, *b = it.count()\nlist(it.takewhile(lambda x: True, it.count()))\n"
                                       "list(it.islice(it.count(), 10**9))\nfrom collections import deque, Counter\ndeque(it.count(), 3)\nCounter(it.count())\nlist(iter(int, 1))\n")
    yield "big combinations", HEAD + ("import itertools as it\nlist(it.product(range(1000), repeat=10))\nlist(it.permutations(range(100)))\nlist(it.combinations(range(100), 50))\n"
                                      "list(it.combinations_with_replacement(range(100), 50))\nlist(it.product(range(10**6), range(10**6)))\nlen(list(it.product([0, 1], repeat=40)))\n"
                                      "for p in it.permutations(range(12)):\n    pass\nfor p in it.product(*[range(10)] * 20):\n    pass\nit.product(range(3), repeat=10**9)\n")
    yield "recursion in loops", HEAD + "def f(n):\n    for i in range(10):\n        f(n + 1)\nf(0)\n"
    yield "loops in 200 functions", HEAD + "".join(f"def f{i}(n):\n    s = 0\n    for a in range(n):\n        s += {'f' + str(i - 1) + '(n)' if i else '1'}\n    return s\n" for i in range(200)) + "nn.Linear(f199(10), 3)\n"
    yield "functions that double calls", HEAD + "def f0(x):\n    return x\n" + "".join(f"def f{i}(x):\n    return f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 60)) + "f59(torch.randn(3))\n"
    yield "lambdas that double calls", HEAD + "f = lambda x: x\nfor i in range(60):\n    f = (lambda g: lambda x: g(g(x)))(f)\nf(3)\n"
    yield "a server", HEAD + "import socket\ns = socket.socket()\nwhile True:\n    c, _ = s.accept()\n    while True:\n        d = c.recv(10)\n        if not d:\n            break\n"
    yield "training for ever", HEAD + "m = nn.Linear(3, 3)\nwhile True:\n    for x in open('data'):\n        m(torch.randn(2, 3)).sum().backward()\n"
    yield "range of a range", HEAD + "for i in range(10**5):\n    for j in range(i):\n        pass\n"
    yield "collatz", HEAD + "def f(n):\n    while n != 1:\n        n = n // 2 if n % 2 == 0 else 3 * n + 1\n    return n\nfor i in range(1, 10**6):\n    f(i)\n"


# --- sizes of data ------------------------------------------------------------------------------------------------


def _sizes() -> Iterator[tuple[str, Program]]:
    for text in ("range(10**9)", "list(range(10**9))", "[0] * 10**9", "[0] * 10**12", "(0,) * 10**9", "'a' * 10**10", "b'a' * 10**10", "10**10**10", "1 << 10**9", "2 ** 10**6",
                 "f'{1:{10**9}}'", "'{:1000000000}'.format(1)", "'%1000000000d' % 1", "format(1, '999999999')", "'a'.ljust(10**10)", "'a'.center(10**10)",
                 "'a'.zfill(10**10)", "'a'.rjust(10**10)", "'a\\t'.expandtabs(10**10)", "pow(10, 10**9)", "pow(3, -1, 7)", "pow(10, 10**10, 7)", "__import__('math').factorial(10**7)", "int('9' * 10**6)",
                 "int('9' * 5000)", "str(10**5000)", "bytes(10**10)", "bytearray(10**10)", "[[0] * 10**4] * 10**4", "[[0] * 1000 for _ in range(1000)]", "list('a' * 10**7)", "'a' * 10**5 * 10**5",
                 "sum(range(10**9))", "max(range(10**9))", "len(range(10**20))", "sorted(range(10**9))", "set(range(10**9))", "dict.fromkeys(range(10**9))", "10**9 in list(range(10**9))",
                 "range(10**30)[5]", "range(10**9)[::2]", "reversed(range(10**9))", "list(range(10**5)) * 10**5", "-(10**9) in range(10**9)", "1e308 * 10", "int(1e308)", "int(float('inf'))",
                 "int(float('nan'))", "round(1e308)", "round(float('inf'))", "10**400 / 3", "1e400", "0 ** -1", "1 // 0", "1 % 0", "1 / 0", "divmod(1, 0)", "float(10**400)", "(-8) ** 0.5",
                 "'a'.replace('', 'b' * 10**5)", "('a' * 10**5).replace('a', 'b' * 10**5)", "'x'.join(['a' * 10**5] * 10**5)", "'ab' * 10**5 * 10**5", "bin(1 << 10**9)", "hex(10**10**5)",
                 "eval('1' * 10**6)", "'a'.encode() * 10**10", "chr(10**10)", "'a'.translate({97: 'b' * 10**9})", "bytes.fromhex('00' * 10**7)", "int.from_bytes(b'a' * 10**5, 'big')",
                 "(1).to_bytes(10**10, 'big')", "(10**4000) ** 100", "10**4000 * 10**4000 * 10**4000", "1 << (1 << 40)", "1 << -1", "slice(10**30)", "[1, 2][10**30]", "'abc'[10**30:]", "[0][::0]",
                 "complex(10**400)", "abs(-10**5000)", "hash(10**5000)", "10**5000 % 7", "-(1 << 10**9)", "~(10**10**8)", "10.0 ** 1000", "2 ** 0.5 ** 10**9", "1_000_000 ** 1_000_000",
                 "'%*d' % (10**9, 1)", "'{:{}}'.format(1, 10**9)", "f'{1.5:.{10**9}f}'", "round(1.5, 10**10)", "round(10**5, -10**10)", "f'{3:>{1 << 30}}'", "'%.*f' % (10**9, 1.0)",
                 "str.format('{:>{w}}', 1, w=10**9)", "'a'.__mul__(10**10)", "[0].__mul__(10**10)", "__import__('operator').mul('a', 10**10)", "__import__('operator').pow(10, 10**10)",
                 "__import__('operator').lshift(1, 10**10)", "list.__mul__([0], 10**10)", "int.__pow__(10, 10**10)", "__import__('textwrap').indent('a\\n' * 10**4, ' ' * 10**6)"):
        yield f"the value {text}", HEAD + f"import math\nx = {text}\nnn.Linear(x, 3)\nprint(x, f'{{x}}')\n"


def _library() -> Iterator[tuple[str, Program]]:
    calls = [
        "math.factorial(10**7)", "math.comb(10**7, 10**6)", "math.perm(10**7)", "math.prod(range(1, 10**6))", "math.pow(10, 10**9)", "math.gcd(10**5000, 10**4999)", "math.isqrt(10**100000)",
        "math.sqrt(10**400)", "math.log(10**5000)", "math.exp(10**9)", "math.lcm(*range(1, 10**5))", "math.floor(1e308)", "math.ceil(float('inf'))", "math.dist([0] * 10**6, [1] * 10**6)",
        "re.match('(a+)+$', 'a' * 40 + 'b')", "re.sub('(x*)*y', 'z', 'x' * 40)", "re.findall(r'(\\w+\\s?)+!', 'word ' * 30)", "re.compile('(' * 5000)", "re.compile('a{1,1000}' * 500)",
        "re.match('((a*)*)*b', 'a' * 50)", "re.split('(.*)*,', 'a' * 40)", "re.fullmatch('(a|aa)+', 'a' * 60 + 'b')", "re.search('(a|a)*b', 'a' * 40)", "re.sub('a', 'b' * 10**5, 'a' * 10**5)",
        "re.match('(?:a?){40}a{40}', 'a' * 40)", "re.compile('(a|aa)+$').match('a' * 80 + 'b')", "re.escape('*' * 10**7)",
        "json.loads('[' * 100000)", "json.loads('9' * 10**6)", "json.dumps(list(range(10**6)))", "json.loads('[' * 3000 + ']' * 3000)", "copy.deepcopy([[0] * 1000] * 1000)", "copy.deepcopy(list(range(10**5)))",
        "functools.reduce(lambda a, b: a * b, range(1, 10**6))", "functools.reduce(lambda a, b: a + b, [[1]] * 10**5)", "functools.reduce(lambda a, b: a + [b], range(10**5), [])",
        "collections.deque(range(10**9))", "collections.Counter(range(10**7))", "collections.Counter('a' * 10**5).elements()", "collections.Counter({'a': 10**9}).elements()",
        "list(collections.Counter({'a': 10**9}).elements())", "sum([[i] for i in range(10**5)], [])", "[list(range(1000)) for _ in range(1000)]",
        "np.zeros((10**5, 10**5))", "np.zeros(10**10)", "np.arange(10**10)", "np.linspace(0, 1, 10**10)", "np.ones((10,) * 32)", "np.tile([1], 10**9)", "np.repeat([1], 10**9)", "np.prod([10] * 1000)",
        "np.array([[0] * 1000] * 1000)", "np.eye(10**5)", "np.meshgrid(range(10**5), range(10**5))", "np.outer(range(10**5), range(10**5))", "np.cumsum(range(10**7))", "np.full(10**10, 3)", "np.zeros(-1)",
        "np.random.rand(10**10)", "np.arange(0, 1, 1e-12)", "np.int64(10**30)", "np.zeros((10**30,))", "np.linspace(0, 1, -3)", "np.arange(10**9).reshape(10, -1)", "np.zeros(10**6).tolist()",
        "sorted(range(10**6), key=lambda x: -x)", "list(map(lambda x: x + 1, range(10**6)))", "list(filter(lambda x: x, range(10**6)))", "min(range(10**6), key=lambda x: -x)",
        "[x for x in range(10**6) if x % 2]", "any(x > 10**6 for x in range(10**6))", "''.join(str(i) for i in range(10**6))", "dict(enumerate(range(10**6)))", "list(zip(*[range(10**5)] * 100))",
        "itertools.accumulate(range(10**9), operator.mul)", "list(itertools.accumulate([10] * 10**5, operator.mul))", "list(itertools.chain.from_iterable([range(10**4)] * 10**4))",
        "list(itertools.groupby(range(10**6)))", "list(itertools.repeat(0, 10**9))", "list(itertools.tee(range(10), 10**6))", "bisect.bisect(range(10**9), 3)", "random.sample(range(10**9), 10**8)",
        "heapq.nlargest(3, range(10**9))", "string.ascii_letters * 10**9", "pathlib.Path('a' * 10**6) / ('b/' * 10**5)", "os.path.join(*['a'] * 10**6)", "'/'.join(['..'] * 10**6)", "ast.literal_eval('(' * 10**5)",
        "ast.literal_eval('9' * 10**6)", "ast.literal_eval('[' * 150 + ']' * 150)", "decimal.Decimal(10) ** 10**9", "fractions.Fraction(10**5000, 3) ** 1000", "textwrap.fill('a ' * 10**6)", "hashlib.sha256(b'a' * 10**9)",
        "zip(*[[0] * 10**5] * 10**5)", "[*range(10**7)]", "{*range(10**7)}", "print(*range(10**7))", "max(*range(10**7))", "nn.Sequential(*range(10**7))", "dict(a=1, **{str(i): i for i in range(10**6)})",
        "datetime.timedelta(10**30)", "time.sleep(10**9)", "os.system('sleep 100')", "input()", "exit(0)", "os._exit(3)", "sys.exit(2)", "quit()", "sys.setrecursionlimit(10**9)", "os.kill(os.getpid(), 9)", "os.abort()",
        "exec('while True: pass')", "eval('(' * 10**4)", "compile('1', '', 'eval')", "__import__('os')", "open('/dev/zero').read()", "open('/dev/stdin').read()", "json.load(open('/dev/zero'))", "yaml.safe_load(open('/dev/zero'))",
        "pathlib.Path('/dev/zero').read_text()", "yaml.safe_load('a: &a [1]\\nb: &b [*a, *a]\\nc: [*b, *b]')", "struct.pack('1000000000x')", "base64.b64encode(b'a' * 10**9)", "array.array('i', range(10**9))",
    ]
    names = "array ast base64 bisect collections copy datetime decimal fractions functools hashlib heapq itertools json math operator os pathlib random re string struct sys textwrap time yaml"
    for text in calls:
        yield f"the call {text}", HEAD + f"import numpy as np\nimport {', '.join(names.split())}\nx = {text}\nprint(x, len(list(x)))\nnn.Linear(x, 3)\n"
    yield "the end of the program", HEAD + "raise SystemExit\nnn.Linear(3, 4)(torch.randn(2, 5))\n"


# --- branches -----------------------------------------------------------------------------------------------------


def _branches() -> Iterator[tuple[str, Program]]:
    ifs = "".join(f"        if flag{i}:\n            x = F.relu(x)\n            n{i} = {i}\n" for i in range(30))
    flags = ", ".join(f"flag{i}" for i in range(30))
    yield "30 undecided ifs", HEAD + f"class N(nn.Module):\n    def forward(self, x, {flags}):\n{ifs}        return x\n"
    yield "300 undecided ifs", HEAD + "def f(x, *flags):\n" + "".join(f"    if flags[{i}]:\n        x = x + 1\n" for i in range(300)) + "    return x\n"
    yield "30 undecided ifs that nest", HEAD + "def f(x, p):\n" + "".join("    " * (i + 1) + f"if p({i}):\n" for i in range(30)) + "    " * 31 + "x = 1\n" + "".join("    " * (30 - i) + f"else:\n{'    ' * (31 - i)}x = {i}\n" for i in range(30)) + "    return x\n"
    yield "30 undecided ifs that return", HEAD + "def f(x, p):\n" + "".join(f"    if p({i}):\n        return x + {i}\n" for i in range(30)) + "    return x\nf(torch.randn(3), input)\n"
    yield "a tree of 2**14 branches", HEAD + "def f(p, n):\n    if n == 0:\n        return 1\n    if p(n):\n        return f(p, n - 1)\n    else:\n        return f(p, n - 1) + 1\nf(input, 14)\nf(input, 60)\n"
    yield "functions that branch and double", HEAD + "def f0(x, p):\n    return x\n" + "".join(f"def f{i}(x, p):\n    if p():\n        return f{i - 1}(x, p)\n    return f{i - 1}(x, p) + 1\n" for i in range(1, 60)) + "f59(torch.randn(3), input)\n"
    yield "modules that branch and double", HEAD + ("class B(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.inner = B(n - 1) if n else nn.Identity()\n        self.other = B(n - 1) if n else nn.Identity()\n"
                                                    "    def forward(self, x, flag):\n        return self.inner(x, flag) if flag else self.other(x, flag)\nB(25)(torch.randn(3), input())\n")
    yield "channels that differ in 20 branches", HEAD + "def f(p):\n    c = 1\n" + "".join(f"    if p({i}):\n        c = c * {i + 2}\n" for i in range(20)) + "    return nn.Linear(c, 3)\nf(input)(torch.randn(3, 4))\n"
    yield "layers that differ in 20 branches", HEAD + "def f(p, x):\n    l = nn.Identity()\n" + "".join(f"    if p({i}):\n        l = nn.Linear({i + 2}, 3)\n" for i in range(20)) + "    return l(x)\nf(input, torch.randn(3, 4))\n"
    yield "lists that differ in 20 branches", HEAD + "def f(p, x):\n    l = []\n" + "".join(f"    if p({i}):\n        l.append(nn.Linear({i + 2}, 3))\n" for i in range(20)) + "    return nn.Sequential(*l)(x)\nf(input, torch.randn(3, 4))\n"
    yield "30 conditional expressions", HEAD + "def f(p):\n    return " + " + ".join(f"(1 if p({i}) else 2)" for i in range(30)) + "\nnn.Linear(f(input), 3)\n"
    yield "30 nested conditional expressions", HEAD + "def f(p):\n    return " + "".join(f"(1 if p({i}) else 2 + " for i in range(30)) + "0" + ")" * 30 + "\nnn.Linear(f(input), 3)\n"
    yield "a chain of 300 boolean operands", HEAD + "def f(p):\n    return " + " or ".join(f"p({i}) and p(-{i})" for i in range(300)) + "\nf(input)\n"
    yield "40 tries", HEAD + "def f(p, x):\n" + "".join(f"    try:\n        x = p(x)\n    except {'RuntimeError' if i % 2 else 'Exception'}:\n        x = x + 1\n    finally:\n        y = {i}\n" for i in range(40)) + "    return x\nf(input, torch.randn(3))\n"
    yield "40 nested tries", HEAD + "def f(p, x):\n" + "".join("    " * (i + 1) + "try:\n" for i in range(19)) + "    " * 20 + "x = p(x)\n" + "".join("    " * (19 - i) + f"except RuntimeError:\n{'    ' * (20 - i)}x = torch.cat([x, x])\n" for i in range(19)) + "    return x\nf(input, torch.randn(3))\n"
    yield "imports that may fail, 30 times", HEAD + "".join(f"try:\n    import apex{i}\n    ok{i} = True\nexcept ImportError:\n    ok{i} = False\n" for i in range(30)) + "if " + " and ".join(f"ok{i}" for i in range(30)) + ":\n    nn.Linear(3, 4)(torch.randn(2, 5))\n"
    yield "a match with 500 cases", HEAD + "def f(x):\n    match x:\n" + "".join(f"        case {i}:\n            return {i}\n" for i in range(500)) + "nn.Linear(f(input()), 3)\n"
    size = "".join(f"        if x.shape[2] % {i} == 0:\n            x = F.pad(x, (0, 0, 0, 1))\n" for i in range(2, 32))
    yield "30 conditions on one size", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(3, 8, 3)\n    def forward(self, x):\n{size}        return self.c(x)\n"
    both = "".join(f"        if x.shape[{2 + i % 2}] % {i} == {i // 3}:\n            x = F.pad(x, ({i % 3}, 0, 0, 1))\n" for i in range(2, 32))
    yield "30 conditions on two sizes", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(3, 8, 3)\n    def forward(self, x):\n{both}        return self.c(x)\n"
    ways = "".join(f"        if x.shape[{2 + i % 2}] > {10 * i}:\n            return self.c(x[:, :, {i}:])\n" for i in range(2, 32))
    yield "30 returns for sizes", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(3, 8, 3)\n    def forward(self, x):\n{ways}        return self.c(x)\n"
    primes = [p for p in range(2, 120) if all(p % q for q in range(2, p))]
    asserts = "".join(f"        assert x.shape[2] % {p} != 1\n        assert (x.shape[2] + x.shape[3]) % {p} != 1\n" for p in primes)
    yield "30 primes", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n{asserts}        return x.view(x.shape[0], -1, 4)\n"
    loop = "        while x.shape[2] > 1:\n            x = F.max_pool2d(x, 2)\n"
    yield "a loop on a symbolic size", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n{loop}        for i in range(x.shape[3]):\n            x = x + i\n        return x\n"
    formula = "        h = x.shape[2]\n        for i in range(40):\n            h = (h * 3 + x.shape[3]) // 2\n        return torch.zeros(h, h + 1).view(-1, 7)\n"
    yield "a formula that grows", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n{formula}"
    power = "        h = x.shape[2]\n        for i in range(40):\n            h = h * h + x.shape[3]\n        return torch.zeros(h).view(-1, 7)\n"
    yield "a polynomial that squares", HEAD + f"# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n{power}"
    many = " ".join(f"A{i}" for i in range(200))
    yield "200 symbolic axes", HEAD + f"# shapelint: input={many}\nclass N(nn.Module):\n    def forward(self, x):\n        n = 1\n        for s in x.shape:\n            n = n * s\n        assert n > 5\n        return x.flatten().view(-1, 3)\n"
    yield "40 symbols in conditions", HEAD + "# shapelint: input=" + " ".join(f"A{i}" for i in range(40)) + "\nclass N(nn.Module):\n    def forward(self, x):\n" + "".join(f"        if x.shape[{i}] > 3:\n            x = x + 1\n        else:\n            x = x[:{i + 1}]\n" for i in range(40)) + "        return x.view(-1)\n"
    yield "20 max pools of symbols", HEAD + "# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n" + "        y = F.max_pool2d(x, 3, 2, 1)\n        x = torch.cat([F.interpolate(y, scale_factor=2), x], 1)\n" * 20 + "        return x\n"
    yield "a U-net of depth 15 on symbols", HEAD + ("# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n        skips = []\n        for i in range(15):\n            skips.append(x)\n"
                                                    "            x = F.max_pool2d(x, 2)\n        for s in reversed(skips):\n            x = torch.cat([F.interpolate(x, scale_factor=2), s], 1)\n        return x\n")
    yield "many strides", HEAD + "# shapelint: input=N 3 H W\nclass N(nn.Module):\n    def forward(self, x):\n" + "".join(f"        x = F.avg_pool2d(x, {k}, {k - 1}, {k // 2 - 1}) + 0\n" for k in (3, 5, 7, 4, 6, 9, 11, 8, 13, 10)) + "        return x.view(-1, 3 * x.shape[2] * x.shape[3])\n"


# --- long files ---------------------------------------------------------------------------------------------------


def _long() -> Iterator[tuple[str, Program]]:
    yield "50,000 assignments", lambda: HEAD + "".join(f"x{i} = {i}\n" for i in range(50_000))
    yield "50,000 functions", lambda: HEAD + "".join(f"def f{i}(x):\n    return x\n" for i in range(50_000))
    yield "50,000 calls of layers", lambda: HEAD + "x = torch.randn(2, 3)\n" + "".join(f"x{i} = nn.Linear(3, {i + 1})(x)\n" for i in range(50_000))
    yield "a dict of 50,000 entries", lambda: HEAD + "d = {\n" + "".join(f"    'k{i}': {i},\n" for i in range(50_000)) + "}\nnn.Linear(d['k7'], 3)(torch.randn(2, 8))\n"
    yield "a list of 50,000 lists", lambda: HEAD + "d = [\n" + "".join(f"    [{i}, [{i}]],\n" for i in range(50_000)) + "]\nnn.Linear(d[7][0], 3)(torch.randn(2, 8))\n"
    yield "5,000 classes", lambda: HEAD + "".join(f"class C{i}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d({i + 1}, 3, 3)\n    def forward(self, x):\n        return self.c(x)\n\n" for i in range(5_000))
    yield "5,000 classes in a chain of calls", lambda: HEAD + "class C0(nn.Module):\n    def forward(self, x):\n        return x\n" + "".join(f"class C{i}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = C{i - 1}()\n    def forward(self, x):\n        return self.c(x)\n\n" for i in range(1, 5_000))
    yield "a sequential of 20,000", lambda: HEAD + "s = nn.Sequential(\n" + "    nn.Linear(3, 3),\n" * 20_000 + ")\ns(torch.randn(2, 3))\n"
    yield "a sequential of 20,000 symbols", lambda: HEAD + "s = nn.Sequential(\n" + "    nn.Conv2d(3, 3, 3, padding=1),\n" * 20_000 + ")  # shapelint: input=N 3 H W\n"
    yield "a function of 20,000 lines", lambda: HEAD + "def f(x):\n" + "    x = x + 1\n" * 20_000 + "    return x\nf(torch.randn(2, 3))\n"
    yield "a method of 20,000 layers", lambda: HEAD + "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n" + "".join(f"        self.l{i} = nn.Linear(3, 3)\n" for i in range(20_000)) + "    def forward(self, x):\n" + "".join(f"        x = self.l{i}(x)\n" for i in range(20_000)) + "        return x\nN()(torch.randn(2, 3))\n"
    yield "a function with 20,000 ifs", lambda: HEAD + "def f(x, p):\n" + "".join(f"    if p({i}):\n        x{i % 100} = {i}\n" for i in range(20_000)) + "    return x\n"
    yield "an elif chain of 5,000", lambda: HEAD + "def f(x):\n    if x == -1:\n        return 0\n" + "".join(f"    elif x == {i}:\n        return {i}\n" for i in range(5_000)) + "nn.Linear(f(4999), 3)\nf(input())\n"
    yield "a sum of 900 terms", lambda: HEAD + "a = 1\nx = " + "+".join(["a"] * 900) + "\nnn.Linear(x, 3)(torch.randn(2, 5))\n"
    yield "a sum of 100,000 terms", lambda: HEAD + "a = 1\nx = " + "+".join(["a"] * 100_000) + "\n"
    yield "a sum of 10 MB", lambda: HEAD + "a = 1\nx = " + "+".join(["a"] * 5_000_000) + "\n"
    yield "an and of 100,000 terms", lambda: HEAD + "a = 1\nx = " + " and ".join(["a"] * 100_000) + "\n"
    yield "a comparison of 100,000 terms", lambda: HEAD + "a = 1\nx = " + " == ".join(["a"] * 100_000) + "\n"
    yield "an attribute chain of 5,000", lambda: HEAD + "a = torch\nx = a" + ".b" * 5_000 + "\n"
    yield "a call chain of 900", lambda: HEAD + "x = torch.randn(3)" + ".relu()" * 900 + "\n"
    yield "a call chain of 5,000", lambda: HEAD + "x = torch.randn(3)" + ".relu()" * 5_000 + "\n"
    yield "subscripts of subscripts", lambda: HEAD + "x = torch.randn(3)" + "[0]" * 900 + "\ny = a" + "[0]" * 5_000 + "\n"
    yield "nested calls of depth 90", lambda: HEAD + "f = torch.relu\nx = " + nested("f(", ")", 90, "torch.randn(3)") + "\n"
    yield "nested parentheses of depth 150", lambda: HEAD + "x = " + nested("(", ")", 150) + "\n"
    yield "nested parentheses of depth 10,000", lambda: HEAD + "x = " + nested("(", ")", 10_000) + "\n"
    yield "nested lists of depth 150", lambda: HEAD + "x = " + nested("[", "]", 150) + "\ntorch.tensor(x)\n"
    yield "nested unary operators", lambda: HEAD + "x = " + "-" * 900 + "1\ny = " + "not " * 900 + "1\nz = " + "~" * 5000 + "1\n"
    yield "nested lambdas", lambda: HEAD + "f = " + "lambda: " * 80 + "1\nf" + "()" * 80 + "\n"
    yield "nested functions of depth 90", lambda: HEAD + "".join(" " * i + f"def f{i}():\n" for i in range(90)) + " " * 90 + "return 1\nf0()\n"
    yield "nested ifs of depth 95", lambda: HEAD + "p = input()\n" + "".join(" " * i + "if p:\n" for i in range(95)) + " " * 95 + "x = 1\n"
    yield "nested withs of depth 95", lambda: HEAD + "".join(" " * i + "with torch.no_grad():\n" for i in range(95)) + " " * 95 + "x = 1\n"
    yield "nested classes of depth 90", lambda: HEAD + "".join(" " * i + f"class C{i}:\n" for i in range(90)) + " " * 90 + "x = 1\nC0.C1.C2\n"
    yield "a list of 10 MB in one line", lambda: HEAD + "x = [" + "1," * 5_000_000 + "]\n"
    yield "a string of 10 MB in one line", lambda: HEAD + "x = '" + "a" * 10_000_000 + "'\nnn.Linear(len(x), 3)\nx + x\nf'{x}{x}'\nx.upper().split('a')\n"
    yield "a comment of 10 MB in one line", lambda: HEAD + "# " + "a (N, 3) " * 1_100_000 + "\nnn.Linear(3, 4)(torch.randn(2, 5))\n"
    yield "a comment of 10 MB with shapes", lambda: HEAD + "x = torch.randn(3, 4)  # shape: " + "(" * 5_000_000 + ",3" * 2_500_000 + "\n"
    yield "a directive of 1 MB", lambda: HEAD + "# shapelint: input=" + "N " * 500_000 + "\nclass N(nn.Module):\n    def forward(self, x):\n        return x\n# shapelint: ignore[" + "SHP102," * 150_000 + "]\n"
    yield "a docstring of 10 MB", lambda: HEAD + 'class N(nn.Module):\n    """' + "Args: x (N, 3, H, W)\n    " * 400_000 + '"""\n    def forward(self, x):\n        return x\n'
    yield "a name of 1 MB", lambda: HEAD + "x" * 1_000_000 + " = nn.Linear(3, 4)\n" + "x" * 1_000_000 + "(torch.randn(2, 5))\n"
    yield "an f-string of 10,000 parts", lambda: HEAD + "a = 1\nx = f'" + "{a}" * 10_000 + "'\n"
    yield "a string of 100,000 pieces", lambda: HEAD + "x = (" + "'a' " * 100_000 + ")\n"
    yield "a call with 50,000 arguments", lambda: HEAD + "def f(*a):\n    return len(a)\nnn.Linear(f(" + "1, " * 50_000 + "), 3)\n"
    yield "a call with 50,000 keywords", lambda: HEAD + "def f(**a):\n    return len(a)\nnn.Linear(f(" + ", ".join(f"a{i}=1" for i in range(50_000)) + "), 3)\n"
    yield "a function with 50,000 parameters", lambda: HEAD + "def f(" + ", ".join(f"a{i}" for i in range(50_000)) + "):\n    return a0\nf(*range(50000))\n"
    yield "an assignment to 50,000 names", lambda: HEAD + " = ".join(f"a{i}" for i in range(50_000)) + " = 1\n" + ", ".join(f"a{i}" for i in range(50_000)) + " = range(50000)\n"
    yield "a statement on 200,000 lines", lambda: HEAD + "x = (\n" + "\n" * 200_000 + "3)\nnn.Linear(x, 4)(torch.randn(2, 5))\n"
    yield "one line of 300,000 statements", lambda: HEAD + "x = 1; " * 300_000 + "\n"
    yield "errors on 3,000 lines", lambda: HEAD + "l = nn.Linear(3, 4)\n" + "".join(f"l(torch.randn(2, {i}))\n" for i in range(5, 3005))
    yield "errors on one line", lambda: HEAD + "l = nn.Linear(3, 4)\n" + "; ".join(f"l(torch.randn(2, {i}))" for i in range(5, 1005)) + "\n"
    yield "an einsum of 1 MB", lambda: HEAD + "torch.einsum('" + "a" * 1_000_000 + "->a', torch.randn(3))\ntorch.einsum('" + "a," * 1000 + "a->a', *[torch.randn(3)] * 1001)\n"
    yield "imports of 5,000 modules", lambda: HEAD + "".join(f"import package{i}.module{i} as m{i}\n" for i in range(5_000))


# --- torch --------------------------------------------------------------------------------------------------------


def _torch() -> Iterator[tuple[str, Program]]:
    for text in ("torch.zeros(10**30)", "torch.zeros(10**6, 10**6, 10**6)", "torch.zeros(*[2] * 5000)", "torch.zeros((2,) * 100000)", "torch.tensor([0] * 10**6)", "torch.tensor([[0] * 1000] * 1000)",
                 "torch.arange(10**15)", "torch.zeros(-5)", "torch.zeros(3)[(None,) * 5000]", "torch.zeros(3).repeat(10**30)", "torch.zeros(3).repeat(*[10] * 5000)", "torch.cat([torch.zeros(3)] * 10**5)",
                 "torch.cat([torch.zeros(3)] * 10**7)", "torch.stack([torch.zeros(3)] * 10**5)", "torch.zeros(10**5).tolist()", "list(torch.zeros(10**9))", "torch.zeros(10**9).split(1)", "torch.zeros(10**9).unbind()",
                 "torch.zeros(10**9).chunk(10**9)", "torch.zeros(10**6).unbind()", "torch.zeros(3, 4).expand(*[10**6] * 200, 3, 4)", "nn.Conv2d(10**30, 10**30, 10**30)(torch.zeros(2, 10**30, 4, 4))", "nn.Linear(10**5000, 3)",
                 "nn.Conv2d(3, 3, (3,) * 5000)", "nn.Sequential(*[nn.Linear(3, 3)] * 10**6)", "nn.ModuleList([nn.Linear(3, 3)] * 10**6)", "nn.Sequential(*[nn.Linear(3, 3)] * 50000)(torch.zeros(2, 3))", "nn.Transformer(num_encoder_layers=10**6)",
                 "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 10**7)(torch.zeros(2, 3, 8))", "nn.LSTM(3, 4, num_layers=10**7)(torch.zeros(2, 3, 3))", "torch.meshgrid(*[torch.zeros(3)] * 2000)", "torch.cartesian_prod(*[torch.zeros(10)] * 500)",
                 "torch.combinations(torch.zeros(1000), r=500)", "torch.zeros(*[1] * 64).permute(*range(64))", "torch.zeros(3).view(*[1] * 5000, 3)", "torch.einsum('...a->...a', torch.zeros(*[1] * 2000))", "torch.zeros(1 << 62, 1 << 62).numel()",
                 "torch.zeros(1, 10**400).view(-1, 7)", "F.pad(torch.zeros(3, 3), (10**30,) * 4)", "F.interpolate(torch.zeros(1, 3, 4, 4), scale_factor=1e308)", "F.interpolate(torch.zeros(1, 3, 4, 4), scale_factor=float('nan'))",
                 "F.interpolate(torch.zeros(1, 3, 4, 4), scale_factor=float('inf'))", "nn.Dropout(float('nan'))", "nn.Upsample(scale_factor=10**400)(torch.zeros(1, 3, 4, 4))", "nn.AdaptiveAvgPool2d(10**30)(torch.zeros(1, 3, 4, 4))",
                 "nn.Embedding(10**30, 10**30)(torch.zeros(3).long())", "torch.zeros(3, 4).reshape(10**30, -1)", "torch.linspace(0, 1, 10**30)", "torch.arange(0, 1, 1e-300)", "torch.arange(0, float('inf'))", "torch.arange(0, float('nan'), 1)", "torch.full((10**6,) * 6, 0)",
                 "torch.zeros(2, 3).unfold(0, 10**30, 1)", "torch.zeros(3).unfold(0, 1, 0)", "torch.split(torch.zeros(10**7), [1] * 10**7)", "torch.triu_indices(10**9, 10**9)", "nn.FractionalMaxPool2d(3, output_ratio=float('nan'))(torch.zeros(1, 3, 9, 9))",
                 "sum(p.numel() for p in nn.Linear(10**9, 10**9).parameters())", "sum(torch.zeros(10**6))", "nn.Linear(float('nan'), 3)", "nn.Conv1d(3, 3, 3, dilation=10**30, padding='same')(torch.zeros(1, 3, 9))", "torch.nn.functional.one_hot(torch.zeros(3).long(), 10**30)",
                 "einops.rearrange(torch.zeros(2, 3), ' '.join('abcdefgh' * 5000) + ' -> ')", "einops.rearrange(torch.zeros(2, 3), '(' * 5000)", "einops.repeat(torch.zeros(2), 'a -> a b', b=10**400)", "torch.tensordot(torch.zeros(*[1] * 60), torch.zeros(*[1] * 60), dims=60)"):
        yield f"the tensor {text}", HEAD + f"import einops\nx = {text}\nprint(x.shape, x)\ny = x + x\nz = y.sum()\n"


# --- broken -------------------------------------------------------------------------------------------------------


def _broken() -> Iterator[tuple[str, Program]]:
    yield "binary junk", lambda: b"import torch\n" + bytes(range(256)) * 4000
    yield "random bytes with torch in them", lambda: bytes((i * 7919 + i * i) % 251 for i in range(1_000_000)) + b"torch"
    yield "null bytes", b"import torch\nx = 1\0\n"
    yield "a million null bytes", lambda: b"torch" + b"\0" * 1_000_000
    yield "a wrong encoding", b"# -*- coding: utf-9 -*-\nimport torch\n"
    yield "an encoding that is none", b"# -*- coding: rot13 -*-\nimport torch\n"
    yield "an encoding of bytes to bytes", b"# -*- coding: hex -*-\nimport torch\n"
    yield "the zip encoding", b"# -*- coding: zip -*-\nimport torch\n"
    yield "the idna encoding", b"# coding: idna\nimport torch\n"
    yield "the unicode_escape encoding", b"# coding: unicode_escape\nimport torch\nx = '\\ud800'\n"
    yield "the raw_unicode_escape encoding", b"# coding: raw_unicode_escape\nimport torch\nx = '\\ud800'\n"
    yield "the punycode encoding", b"# coding: punycode\nimport torch\n"
    yield "the undefined encoding", b"# coding: undefined\nimport torch\n"
    yield "the mbcs encoding", b"# coding: mbcs\nimport torch\n"
    yield "utf-7", b"# coding: utf-7\nimport torch\nx = '+AGE-'\n"
    yield "utf-16 with a mark", "import torch\nx = 1\n".encode("utf-16")
    yield "utf-32", "import torch\nx = 1\n".encode("utf-32")
    yield "latin-1 undeclared", "import torch\nx = 'é'\n".encode("latin-1")
    yield "latin-1 declared", "# -*- coding: latin-1 -*-\nimport torch\nx = 'é'\n".encode("latin-1")
    yield "two marks", b"\xef\xbb\xbf\xef\xbb\xbfimport torch\n"
    yield "a mark and another encoding", b"\xef\xbb\xbf# coding: latin-1\nimport torch\n"
    yield "lone surrogates", "import torch\nx = '\ud800'\n"
    yield "escaped surrogates", HEAD + "x = '\\ud800'\nprint(x)\nd = {x: 1}\nnn.ModuleDict({x: nn.Linear(3, 4)})[x](torch.randn(2, 5))\nsetattr(nn.Module(), x, nn.Linear(3, 3))\nraise ValueError(x)\n"
    yield "names in other letters", HEAD + "ﬁ = 3\nfi + 1\nnn.Linear(ﬁ, 4)(torch.randn(2, 5))\n模型 = nn.Linear(3, 4)\n模型(torch.randn(2, 5))\n"
    yield "right-to-left marks", HEAD + "x = '\u202e\u2066'  # \u202e\nnn.Linear(3, 4)(torch.randn(2, 5))\n"
    yield "form feeds and vertical tabs", HEAD + "\fx = 1\f\n\f\nnn.Linear(3, 4)(torch.randn(2, 5))  # \v \x1c \x85 \u2028\n"
    yield "carriage returns only", HEAD.replace("\n", "\r") + "nn.Linear(3, 4)(torch.randn(2, 5))\r"
    yield "mixed line ends", HEAD.replace("\n", "\r\n", 2) + "x = 1\r\r\n\nnn.Linear(3, 4)(torch.randn(2, 5))\r"
    yield "line continuations", HEAD + "x = \\\n" * 1 + "\\\n" * 5000 + "1\n"
    yield "a tab in the wrong place", HEAD + "def f():\n\tx = 1\n        y = 2\n"
    yield "an end inside a string", HEAD + "x = '''"
    yield "an end inside a bracket", HEAD + "x = (" * 10
    yield "a file of brackets", lambda: "torch(" * 100_000
    yield "a file of colons", lambda: "# torch\n" + ":" * 1_000_000
    yield "a file of spaces", lambda: "# torch\n" + " " * 10_000_000
    yield "a file of newlines", lambda: "# torch\n" + "\n" * 10_000_000
    yield "a file of comments", lambda: "# torch (N, 3) shapelint: ignore\n" * 100_000
    yield "a file of backslashes", lambda: "# torch\n" + "\\" * 1_000_000
    yield "a file of quotes", lambda: "# torch\n" + "'" * 1_000_000
    yield "a file of indents", lambda: "# torch\n" + "".join(" " * i + "if 1:\n" for i in range(2000))
    yield "code of Python 2", HEAD + "print 'a'\nexec 'a'\n"
    yield "return outside a function", HEAD + "return 3\nyield 3\nbreak\ncontinue\nawait x\nx = yield\n"
    yield "await and async everywhere", HEAD + "async def f(x):\n    async with x as y:\n        async for z in y:\n            await z\n            yield z\n    return [i async for i in x]\nf(3)\n"
    yield "strange targets", HEAD + "(a, [b, *c]), d = ((1, [2, 3]), 4)\n[*a] = 1,\n() = ()\n[] = []\nfor x.y in [1]: pass\nfor x[0] in [1]: pass\nwith x as (a, b): pass\nfor a, *a in [(1, 2)]: pass\ndel (a, b), [c]\ndel x[0], x.y\n(a := 3)\n(x): int = 3\nx.y: int = 3\n"
    yield "star expressions everywhere", HEAD + "print(*[1], *[2], **{'sep': ''}, **{'end': ''})\n{**{}, 'a': 1, **x}\n[*x, *[1]]\nx[*a]\ndef f(*args: *int): pass\nclass A(*[object], metaclass=type, **{}): pass\nfor x in *a, *b: pass\nreturn_ = *a, *b\n"
    yield "strange classes", HEAD + "class A(B, metaclass=C, x=3): pass\nclass D(3): pass\nclass E('a'): pass\nclass F(nn.Module, nn.Module): pass\nclass G(G): pass\nclass H(None): pass\nclass I((1, 2)): pass\nclass J(torch.zeros(3)): pass\nclass K(lambda: 3): pass\nclass L(type): pass\nclass M(metaclass=L): pass\nfor c in (A, D, E, F, G, H, I, J, K, L, M): c()\nclass X(nn.Module): x = X()\nclass Y(nn.Module):\n    forward = 3\nY()(torch.zeros(3))\nclass Z(nn.Module):\n    forward = None\n    __init__ = None\n    __call__ = 3\nZ()\n"
    yield "strange modules", HEAD + ("class A(nn.Module):\n    def __init__(self):\n        self.c = nn.Linear(3, 4)\n    def forward(self): pass\nA()(torch.zeros(3))\nclass B(nn.Module):\n    def __init__(self): return 3\n    def forward(*self): return self\nB()(1)\n"
                                     "nn.Module()(3)\nnn.Sequential(3, 'a', None)(torch.zeros(3))\nnn.Sequential()()\nnn.ModuleList(3)\nnn.ModuleDict([1])\nnn.ModuleList([1])[5]\nnn.Sequential(nn.Linear)(torch.zeros(3))\nnn.Linear()\nnn.Linear(*[])\nnn.Linear(**{})\n"
                                     "nn.Linear(3, 4, 5, 6, 7, 8, 9)\nnn.Linear('a', [])\nnn.Conv2d({}, (), None)\nnn.Linear(3, 4)(3)\nnn.Linear(3, 4)('a', [])\nnn.Linear(3, 4)(nn.Linear)\nnn.Linear(3, 4)(*3)\nnn.Conv2d(3, 3, torch.zeros(3))\nnn.Linear(nn.Linear, 3)\n"
                                     "nn.Linear(3, 4).weight = 3\nnn.Linear(3, 4).forward = 3\ndel nn.Linear(3, 4).weight\nnn.Linear(3, 4)[0]\nlen(nn.Linear(3, 4))\nfor x in nn.Linear(3, 4): pass\nnn.Linear(3, 4) + 1\nnn.Linear = 3\ntorch.nn = 3\ntorch = 4\n")
    yield "strange calls of torch", HEAD + "\n".join(f"torch.{name}({args})" for name in ["cat", "stack", "zeros", "einsum", "matmul", "reshape", "permute", "split", "chunk", "arange", "linspace", "tensor", "conv2d", "where", "gather", "scatter", "topk", "max", "sort", "meshgrid", "broadcast_tensors"]
                                                       for args in ("", "3", "'a'", "None", "[]", "[[]]", "()", "{}", "torch", "nn.Linear", "*[1, 2, 3]", "**{'a': 1}", "lambda: 3", "torch.zeros(3)", "torch.zeros(3), torch.zeros(3), torch.zeros(3)", "torch.zeros(()), -1", "[torch.zeros(2, 3), 'a']", "1e400, float('nan')", "True, False", "...", "slice(3)", "range(3)", "x for x in []", "torch.zeros(3), dim='a'", "torch.zeros(2, 3), [1, 'b']")) + "\n"
    yield "strange methods of tensors", HEAD + "t = torch.zeros(2, 3)\n" + "\n".join(f"t.{name}({args})" for name in ["view", "reshape", "permute", "transpose", "expand", "repeat", "split", "chunk", "size", "flatten", "unflatten", "squeeze", "unsqueeze", "sum", "max", "mean", "topk", "gather", "index_select", "masked_fill", "new_zeros", "to", "unbind", "unfold", "movedim", "roll", "narrow", "select", "tile"]
                                                                                    for args in ("", "3", "'a'", "None", "[]", "()", "{}", "-1, -1, -1", "torch", "*[9, 9, 9]", "a=1", "t", "t, t", "1e400", "True", "...", "slice(3)", "range(3)", "(1, (2, 3))", "[1, 'b']", "10**30", "-10**30", "dim=10**30", "dim=[0, 0, 0]")) + "\n"
    yield "strange subscripts", HEAD + "t = torch.zeros(2, 3)\n" + "\n".join(f"t[{key}]" for key in ("()", "'a'", "1.5", "10**30", "-10**30", "...", "..., ...", "None, None", "::0", "::-1", "'a':'b'", "t", "t, t, t", "[]", "[[]]", "[1, [2]]", "True", "False, True", "{}", "lambda: 3", "slice(None)", "range(2)", "nn", "1, 2, 3, 4, 5", "[t, t]", "t > 0", "(1, 2), (0, 1)", "None", "10**30:", ":-10**30", "t:", "*[1, 2]", "1:2:3, ::2")) + "\nt[5] = 3\nt['a'] = t\nt[t] = t\nt[::0] = 3\ndel t[0]\nt.a.b.c = 3\n"
    yield "strange operators", HEAD + "things = [3, 1.5, 'a', b'a', None, True, [], (), {}, {1}, torch.zeros(2, 3), nn.Linear(3, 3), torch, lambda: 3, ..., 1j, range(3), int, nn.Linear, slice(3), object()]\n" + "".join(f"for a in things:\n    for b in things:\n        try:\n            a {op} b\n        except Exception:\n            pass\n" for op in ["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "is", "in", "and", "or"]) + "for a in things:\n    try:\n        -a; +a; ~a; not a; a[0]; a(); a.b; len(a); iter(a); str(a); repr(a); int(a); float(a); bool(a); list(a); abs(a); round(a); hash(a); f'{a!r:>{a}}'; [*a]; {**a}; print(*a)\n    except Exception:\n        pass\n"
    yield "directives that are broken", HEAD + "\n".join(f"# shapelint: {text}\nclass C{i}(nn.Module):\n    def forward(self, x):\n        return x\n" for i, text in enumerate(("input=", "input=((((", "input=" + "N" * 5000, "input=N 3 H W; ; ;", "input=10**10", "input=-3", "input=H//0", "input=1/0", "input=N" + " (N" * 3000, "ignore[", "ignore[]]", "ignore[SHP999]", "skip-file maybe", "input=é 3 ☃", "input=... ...", "input=H*H*H*H**9 3", "input=" + "*".join(["H"] * 500), "input=" + "(" * 500 + "H" + ")" * 500, "input=" + "H+" * 3000 + "1", "input=9" + "9" * 5000))) + "\n"
    yield "shape comments that are broken", HEAD + "x = torch.zeros(2, 3)\n" + "\n".join(f"y = x  # {text}" for text in ("(" * 3000, "[B, " * 500, "(2, 3) -> " * 500, "(" + "1, " * 5000 + ")", "(H//0, 3)", "(1/0, 3)", "shape: (2**9999999, 3)", "(2*" * 200 + "3" + ")" * 200 + " -> (2, 3)", "[N, C, H, W] " * 300, "torch.Size([" * 300, "(9" + "9" * 5000 + ", 3)")) + "\n"
    yield "annotations that are broken", HEAD + "from typing import *\nfrom jaxtyping import Float\nfrom torch import Tensor\n" + "\n".join(f"def f{i}(x: {text}) -> {text}:\n    return x\n" for i, text in enumerate(("Float[Tensor, ''", "Float[Tensor, '('", "3", "'('", "Float[3, 3]", "Float[Tensor]", "Float[Tensor, 'a ' * 3]", "Annotated[Tensor, '((']", "Annotated[Tensor, 3]", "'Float[Tensor, \"a b\"]'", "Float[Tensor, '" + "a " * 5000 + "']", "Float[Tensor, '... ...']", "Float[Tensor, '1/0']", "Float[Tensor, 'n//0']", "Float[Tensor, '*a *b']", "Float[Tensor, 'a b'][3]", "lambda: 3", "[Tensor]", "Tensor[Tensor[Tensor]]", "'" + "(" * 500 + "'")) if i) + "\n"
