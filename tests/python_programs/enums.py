from collections import deque
from enum import Enum, IntEnum, IntFlag, Flag, auto
import torch, torch.nn as nn, torch.nn.functional as F

class Width(IntEnum):
    BASE = 16
    WIDE = 32

class Mode(str, Enum):
    A = "a"
    B = "b"

conv = nn.Conv2d(3, Width.BASE, 3)
check("conv", conv(torch.zeros(1, 3, 8, 8)))
check("lin", nn.Linear(Width.BASE, Width.WIDE)(torch.zeros(2, Width.BASE)))
check("shape", (torch.zeros(Width.BASE, 2), torch.zeros(2, 32).view(-1, Width.BASE), torch.zeros(2, 3).expand(2, 3), torch.zeros(Width.BASE).reshape(Width.BASE // 4, 4)))
check("arith", (Width.BASE * 2, Width.BASE + Width.WIDE, 2 * Width.WIDE, Width.BASE // 3, Width.WIDE % 5, -Width.BASE, Width.BASE < 20, Width.BASE == 16, Width.WIDE > Width.BASE, int(Width.BASE), range(Width.BASE)[-1], [0] * Width.BASE == [0] * 16, list(range(40))[Width.BASE], float(Width.BASE)))
check("seq", nn.Sequential(*[nn.Linear(w, w) for w in Width])(torch.zeros(2, 16)) if 0 else nn.Linear(Width.WIDE, 2)(torch.zeros(1, 32)))
check("isinst", (isinstance(Width.BASE, int), isinstance(Width.BASE, Width), isinstance(Mode.A, str), Width(16) is Width.BASE, Width["WIDE"].value, Mode("b").name, Mode.A == "a", {"a": 1}[Mode.A], {16: 1}.get(Width.BASE), Width.BASE in (16, 32), Mode.A.upper(), f"{Width.BASE:d}", max(Width), min(Width), sorted(Width, reverse=True)[0], sum(Width)))
class Zero(IntEnum):
    NO = 0
    YES = 1
check("zero", (bool(Zero.NO), not Zero.YES, [1 if z else 2 for z in Zero], Zero.NO or 5))
import math
check("math", (math.sqrt(Width.BASE), math.log2(Width.WIDE), math.ceil(Width.BASE / 3), math.gcd(Width.BASE, 24)))
check("keys", ({Width.BASE: 1}[16], {Width.BASE: 1}[Width.BASE], Width.BASE in {16: 1}, 16 in {Width.BASE: 2}))
check("bits", (Width.BASE | 1, Width.BASE & 16, Width.BASE ^ 3, Width.BASE << 1, ~Width.BASE, divmod(Width.WIDE, 5), pow(Width.BASE, 2), Width.BASE ** 2, abs(Width.BASE), round(Width.BASE), bool(Width.BASE), Width.BASE / 2, str(Width.BASE.value)))
class Perm(IntFlag):
    R = auto()
    W = auto()
    X = auto()
    RW = R | W
check("flag", (Perm.RW.value, (Perm.R | Perm.W) is Perm.RW, Perm.R in Perm.RW, bool(Perm.R & Perm.W), int(Perm.X), Perm.X + 1, torch.zeros(Perm.X, Perm.R)))
class Layers(Flag):
    A = auto(); B = auto(); C = auto()
    ALL = A | B | C
check("flag2", ((Layers.A | Layers.B).value, Layers.A in Layers.ALL, Layers.ALL & ~Layers.A == Layers.B | Layers.C, [l.name for l in Layers if l in (Layers.A | Layers.B)]))
check("kernel", F.max_pool2d(torch.zeros(1, 2, 8, 8), Perm.W))
check("groups", nn.Conv2d(Width.BASE, Width.WIDE, (3, Perm.R), groups=Perm.W)(torch.zeros(1, 16, 5, 5)))
check("split", [t for t in torch.split(torch.zeros(32, 2), Width.BASE)])
check("cat", torch.cat([torch.zeros(Width.BASE, 2)] * Perm.W, dim=Perm.R))
check("index", torch.zeros(4, 20)[:, :Width.BASE])
check("padlist", [*range(0, Width.WIDE, Width.BASE)])

d = deque([1, 2, 3], maxlen=2)
d.append(4)
check("deque", (list(d), len(d), d.maxlen, d[0], d[-1]))
d.appendleft(9); check("dl", list(d))
d.extend([5, 6, 7]); check("de", (list(d), list(reversed(d))))
d.extendleft([1]); check("del", list(d))
e = deque(maxlen=3)
for i in range(5):
    e.append(nn.Linear(i + 1, 2))
check("dm", [l.in_features for l in e])
e.popleft(); e.rotate(1); check("dr", [l.in_features for l in e])
z = deque([1], maxlen=0); z.append(3); check("dz", (list(z), deque([1]).maxlen, z.maxlen))
q = deque(range(10), 3); check("dq", list(q))
check("dcopy", (list(q.copy()), q.copy().maxlen, q == deque([7, 8, 9]), sum(q)))
q += [1]; check("dadd", list(q))

check("kinds", (isinstance(d, list), isinstance(d, deque), isinstance(frozenset(), set), isinstance(frozenset([1]), frozenset), isinstance({1}, frozenset), type(d).__name__, type(frozenset()).__name__))
from collections import OrderedDict, Counter, defaultdict
import collections.abc as cabc
check("kinds2", [[isinstance(v, t) for t in (dict, OrderedDict, Counter, defaultdict, cabc.Mapping, cabc.Iterable, list, cabc.Sequence, deque)] for v in ({}, OrderedDict(), Counter(), defaultdict(int), [], d, (1,))])
check("kinds3", [type(v).__name__ for v in ({}, OrderedDict(), Counter(), defaultdict(int), [], d, {1}, type(OrderedDict())(a=1))])
