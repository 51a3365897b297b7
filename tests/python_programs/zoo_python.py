import torch, torch.nn as nn, torch.nn.functional as F, copy, functools, inspect, math, types, sys
from collections import OrderedDict, ChainMap, defaultdict
from dataclasses import dataclass, field, fields, asdict, is_dataclass, make_dataclass, astuple
from functools import partial, wraps
from typing import *

# --- exceptions and control flow
class BuildError(Exception):
    def __init__(self, msg, code=1):
        super().__init__(msg)
        self.code = code
class Nested(BuildError): pass
def risky(n):
    out = []
    try:
        out.append("try")
        if n == 1: raise BuildError("one", code=7)
        if n == 2: raise Nested("two")
        if n == 3: return out + ["early"]
        if n == 4: int("x")
        out.append("body")
    except Nested as e:
        out.append(("nested", str(e), e.code))
    except BuildError as e:
        out.append(("build", e.args, e.code))
    except (ValueError, TypeError) as e:
        out.append(type(e).__name__)
        try:
            raise KeyError("k") from e
        except KeyError as k:
            out.append(type(k.__cause__).__name__)
    else:
        out.append("else")
    finally:
        out.append("finally")
    return out
check("risky", [risky(i) for i in range(5)])
def loops():
    r = []
    for i in range(5):
        if i == 1: continue
        if i == 4: break
        for j in range(3):
            if j == i: break
            r.append((i, j))
        else:
            r.append(("else", i))
    else:
        r.append("never")
    while True:
        r.pop()
        if len(r) < 3: break
    return r
check("loops", loops())
def fin():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: return "ret"
        finally:
            log.append(i)
log = []
check("fin", (fin(), log))
# --- closures
def counters():
    fs = []
    for i in range(3):
        def f(k=i): return k, i
        fs.append(f)
    return [f() for f in fs] + [g() for g in [lambda: i for i in range(2)]]
check("closures", counters())
def memo(fn):
    cache = {}
    @wraps(fn)
    def inner(*args):
        if args not in cache:
            cache[args] = fn(*args)
            inner.misses += 1
        return cache[args]
    inner.misses = 0
    inner.cache = cache
    return inner
@memo
def slow(a, b): return a * b
check("memo", (slow(2, 3), slow(2, 3), slow.misses, slow.cache, slow.__name__))
def accumulate():
    total = 0
    def add(x):
        nonlocal total
        total += x
        return total
    return add
add = accumulate()
check("acc", (add(1), add(5), accumulate()(2)))
class Callback:
    def __init__(self): self.handlers = defaultdict(list)
    def on(self, ev):
        def deco(f):
            self.handlers[ev].append(f); return f
        return deco
    def emit(self, ev, *a): return [h(*a) for h in self.handlers.get(ev, ())]
cb = Callback()
@cb.on("a")
def h1(x): return x + 1
@cb.on("a")
def h2(x): return x * 2
check("cb", (cb.emit("a", 5), cb.emit("z"), list(cb.handlers)))
# --- class features
class Base:
    registry = {}
    default = {"k": 1}
    def __init_subclass__(cls, /, key=None, **kw):
        super().__init_subclass__(**kw)
        cls.key = key or cls.__name__.lower()
        Base.registry[cls.key] = cls
    def __new__(cls, *args, **kw):
        if cls is Base:
            kind = kw.pop("kind", args[0] if args else None)
            cls = cls.registry[kind]
        return super().__new__(cls)
    def __init__(self, *args, **kw): self.args, self.kw = args, kw
class One(Base): pass
class Two(Base, key="zwei"):
    def __init__(self, *a, **k):
        super().__init__(*a, **k); self.two = True
o = Base("zwei", x=1)
check("factory", (type(o).__name__, o.args, o.kw, o.two, sorted(Base.registry), type(Base(kind="one")).__name__))
class Multi(type):
    def __getitem__(cls, k): return f"{cls.__name__}[{k}]"
    def __iter__(cls): return iter([1, 2])
    def __contains__(cls, x): return x == 3
    def __len__(cls): return 9
    @property
    def prop(cls): return cls.__name__ * 2
    def __instancecheck__(cls, inst): return hasattr(inst, "quack")
class Duck(metaclass=Multi): pass
class Other: quack = 1
check("meta", (Duck["a"], list(Duck), 3 in Duck, len(Duck), Duck.prop, isinstance(Other(), Duck), isinstance(4, Duck)))
class Dim(int):
    def __new__(cls, v, name="d"):
        self = super().__new__(cls, v)
        self.name = name
        return self
    def __add__(self, o): return Dim(int(self) + int(o), self.name)
d = Dim(4, "c") + 3
check("int", (int(d), d.name, d * 2, nn.Linear(d, Dim(2))(torch.zeros(1, 7)), isinstance(d, int), [0] * Dim(2), range(Dim(3))[-1]))
class Path2(str):
    def __truediv__(self, o): return Path2(f"{self}/{o}")
    @property
    def parts(self): return self.split("/")
check("str", ((Path2("a") / "b" / "c").parts, Path2("x").upper(), {"a/b": 1}[Path2("a") / "b"]))
class Vec(tuple):
    def __new__(cls, *xs): return super().__new__(cls, xs)
    def __add__(self, o): return Vec(*(a + b for a, b in zip(self, o)))
    @property
    def x(self): return self[0]
check("tuple", (Vec(1, 2) + Vec(3, 4), Vec(5, 6).x, len(Vec(1)), torch.zeros(Vec(2, 3)), Vec(1, 2) == (1, 2)))
class Stack(list):
    def push(self, x): self.append(x); return self
    @property
    def top(self): return self[-1]
s = Stack([1]).push(2).push(3)
check("list", (s.top, len(s), s[1:], 2 in s, [x for x in s], isinstance(s, list), s == [1, 2, 3], s + [4], sum(s), s.index(3)))
class Proxy:
    def __init__(self, obj): object.__setattr__(self, "_obj", obj)
    def __getattr__(self, n): return getattr(self._obj, n)
    def __setattr__(self, n, v): setattr(self._obj, n, v)
    def __delattr__(self, n): delattr(self._obj, n)
    def __call__(self, *a): return self._obj(*a)
class T: a = 1
p = Proxy(T()); p.b = 3; q = p.b; del p.b
check("proxy", (p.a, q, hasattr(p, "b"), p._obj.__dict__))
class Cnt:
    n = 0
    def __init__(self):
        type(self).n += 1
        self.id = self.n
    @classmethod
    def reset(cls): cls.n = 0; return cls
    @staticmethod
    def util(x): return x * 2
class SubCnt(Cnt): pass
a, b, c = Cnt(), SubCnt(), SubCnt()
check("cnt", (a.id, b.id, c.id, Cnt.n, SubCnt.n, SubCnt.reset().n, Cnt.n, b.util(4)))
class Desc:
    def __get__(self, o, t=None): return ("get", o is None, t.__name__)
class HasD: d = Desc()
h = HasD(); h.__dict__["d"] = 5
check("nondata", (HasD.d, HasD().d, h.d))
class Prop:
    def __init__(self): self._v = 1
    v = property(lambda s: s._v, lambda s, x: s.__dict__.__setitem__("_v", x * 2), lambda s: s.__dict__.pop("_v"))
pp = Prop(); pp.v = 4; r = pp.v; del pp.v
check("prop", (r, pp.__dict__))
class WithCall(nn.Module):
    def __call__(self, x, *a, **k):
        return ("pre", super().__call__(x, *a, **k))
    def forward(self, x, scale=1): return x * scale
check("call", WithCall()(torch.zeros(2), scale=3))
# --- dataclass configs
@dataclass
class Opt:
    lr: float = 0.1
    betas: Tuple[float, float] = (0.9, 0.99)
@dataclass
class Cfg:
    name: str
    opt: Opt = field(default_factory=Opt)
    layers: List[int] = field(default_factory=lambda: [1, 2])
    extra: Dict[str, Any] = field(default_factory=dict)
    @classmethod
    def from_dict(cls, d):
        known = {f.name for f in fields(cls)}
        kw = {k: v for k, v in d.items() if k in known}
        for f in fields(cls):
            if f.name in kw and isinstance(kw[f.name], dict) and f.name == "opt":
                kw[f.name] = Opt(**kw[f.name])
        extra = {k: v for k, v in d.items() if k not in known}
        return cls(**kw, extra=extra)
    def merged(self, **over):
        new = copy.deepcopy(self)
        for k, v in over.items():
            head, _, tail = k.partition("__")
            if tail: setattr(getattr(new, head), tail, v)
            else: setattr(new, head, v)
        return new
c = Cfg.from_dict({"name": "n", "opt": {"lr": 1}, "z": 3})
m = c.merged(opt__lr=5, layers=[9])
check("cfg", (asdict(c), m.opt.lr, c.opt.lr, m.layers, c == Cfg.from_dict({"name": "n", "opt": {"lr": 1}, "z": 3}), astuple(m.opt), repr(m.opt)))
def deep_update(a, b):
    for k, v in b.items():
        if isinstance(v, Mapping): a[k] = deep_update(a.get(k, {}), v)
        else: a[k] = v
    return a
check("deep", deep_update({"a": {"b": 1, "c": 2}}, {"a": {"b": 5}, "d": {"e": 1}}))
def parse(s):
    out = {}
    for part in s.split(","):
        k, eq, v = part.partition("=")
        for conv in (int, float, lambda t: {"true": True, "false": False}[t.lower()], str):
            try:
                out[k] = conv(v); break
            except (ValueError, KeyError): continue
    return out
check("parse", parse("a=1,b=2.5,c=True,d=relu"))
def visit(o, f):
    match o:
        case {"type": str(t), **rest}: return f(t, {k: visit(v, f) for k, v in rest.items()})
        case [*xs]: return [visit(x, f) for x in xs]
        case (int() | float()) as n if n > 10: return "big"
        case Opt(lr=l): return l
        case None: return "none"
        case _: return o
check("visit", visit([{"type": "a", "x": [1, 20]}, None, Opt(3), "s"], lambda t, k: (t, k)))
print_ = functools.partial(print, end="")
mod = types.ModuleType("m"); mod.x = 3
check("mod", (mod.x, hasattr(mod, "y")))
x = 5
def outer(x):
    class Inner:
        y = x
        def get(self): return x
        z = [x for _ in range(2)]
    return Inner.y, Inner().get(), Inner.z
check("scopes", outer(7))
check("chained", (1 < 2 < 3, 1 < 3 > 2, not 1 < 0 < 1, 3 == 3.0 == 3, (x := 3) + x))
check("slices", ([1, 2, 3, 4, 5][::-2], "abcdef"[-3:-1], (1, 2, 3)[slice(None, 2)], list(range(10))[2:8:3]))
l = [1, 2, 3, 4]; l[1:3] = ["a", "b", "c"]; l[::2] = [0] * 3; del l[-1]; l *= 2
check("assign", l)
check("division", (7 // -2, -7 % 3, divmod(-7, 2), 2 ** -1, round(2.5), round(-1.5), round(2.675, 2), int(-3.7), 1e3, 0x1F, 10 ** 20 // 3, True + True))
class L(list): pass
class D(dict): pass
class S(str):
    def __repr__(self): return "S!"
class I(int): pass
class Tp(tuple): pass
check("t", (str(L([1, "a"])), repr(D(a=1)), str(S("q")), repr(S("q")), f"{I(3)}", f"{I(3):04d}", "%d %s" % (I(2), L([])), f"{Tp((1, 2))}", f"{S('w')!r:>5}", "{}".format(I(7)), S("a") + "b", "-".join([S("x"), S("y")]), S("k") == "k", {S("k"): 1}["k"], {"k": 2}[S("k")], S("ab")[0], S("a,b").split(","), S("abc").startswith("ab"), len(S("abc")), "b" in S("abc"), [c for c in S("ab")], S("b") > "a", int(S("4")), S("x") * 2))
