from collections import Counter, OrderedDict, defaultdict
from collections.abc import ItemsView, Iterable, KeysView, Mapping, Sequence, Set, Sized, ValuesView

import torch.nn as nn

d = {"a": 1, "b": 2}
values, items, keys = d.values(), d.items(), d.keys()
d["c"] = 4
check("live", (sum(values), list(items), len(keys), len(values), max(values), min(items)))
del d["a"]
check("less", (list(values), dict(items), sorted(keys), tuple(items), set(keys)))
check("no tuple", (isinstance(values, tuple), isinstance(items, list), isinstance(keys, set), isinstance(values, dict)))
check("abstract", [isinstance(keys, each) for each in (Iterable, Sized, Set, KeysView, ValuesView, Mapping, Sequence)])
check("abstract2", [isinstance(values, each) for each in (Iterable, Sized, Set, KeysView, ValuesView, Mapping, ItemsView)])
check("names", [type(each).__name__ for each in (keys, values, items, OrderedDict(d).keys(), OrderedDict(d).values(), OrderedDict(d).items())])
check("text", (f"{keys}", str(values), repr(items)))
check("in", ("b" in keys, 4 in values, ("b", 2) in items, ("b", 3) in items, "z" not in keys))
check("equal", (keys == {"b", "c"}, items == {("b", 2), ("c", 4)}, d.items() == dict(d).items(), d.keys() == dict(d).keys(), d.values() == d.values(), values == values))
check("sets", (keys & {"b", "z"}, keys | ["q"], keys - {"b"}, {"b", "z"} - keys, keys ^ {"b"}, items & {("b", 2)}, {"b"} & keys))
check("order of sets", (keys <= {"b", "c", "d"}, keys < {"b", "c"}, {"b"} < keys, {"c"} <= {"b", "c"}, {3} <= {1, 3}, keys >= {"c"}))
check("disjoint", (keys.isdisjoint(["x"]), keys.isdisjoint({"b"}), items.isdisjoint([])))
check("reversed", (list(reversed(keys)), list(reversed(values)), list(reversed(items))))
check("truth", (bool(keys), bool({}.values()), not {}.items()))
check("zip", (list(zip(keys, values)), list(zip(values, keys)), list(enumerate(items)), [*keys, *values], dict(zip(values, keys))))
(k1, v1), (k2, v2) = items
first, *others = values
check("unpacked", (k1, v1, k2, v2, first, others))
check("comprehensions", ([k * 2 for k in keys], {v: k for k, v in items}, sum(v for v in values), any(v > 3 for v in values), all(values)))
for view in (values, keys, items):
    try:
        view[0]
    except TypeError as error:
        check("no index", type(error).__name__)
try:
    keys.sort()
except AttributeError as error:
    check("no method", type(error).__name__)
try:
    len(iter(keys))
except TypeError:
    check("no len", 1)
check("called", (values.__len__(), keys.__contains__("b"), list(values.__iter__()), callable(keys)))

for name, looped in (("items", lambda d: d.items()), ("values", lambda d: d.values()), ("keys", lambda d: d.keys()), ("dict", lambda d: d)):
    d = {"a": 1, "b": 2}
    seen = []
    try:
        for each in looped(d):
            seen.append(each)
            d[f"{each}x"] = 3
    except RuntimeError as error:
        check(f"grown {name}", (type(error).__name__, seen, list(d)))
    d = {"a": 1, "b": 2}
    for each in looped(d):
        d["b"] = 7
        seen.append(each)
    check(f"changed {name}", seen)
    d = {"a": 1, "b": 2, "c": 3}
    for each in list(looped(d)):
        d.pop("a", None)
        d[f"{each}y"] = 1
    check(f"listed {name}", d)
d = {"a": 1, "b": 2}
for k, v in d.items():
    if v == 1:
        d["z"] = 1
        break
check("left", d)
check("copied", [list(copied) for copied in (dict(d.items()), OrderedDict(d.items()), Counter(d.values()), sorted(d.items(), key=lambda pair: -pair[1]))])


class Config(dict):
    def total(self):
        return sum(self.values())


config = Config(a=1, b=2)
view, pairs = config.values(), config.items()
config["c"] = 5
check("subclass", (list(view), list(pairs), config.total(), len(view), "c" in config.keys(), type(view).__name__))


class Table(OrderedDict):
    pass


table = Table([("x", 1)])
view = table.items()
table["y"] = 2
table.move_to_end("x")
check("ordered", (list(view), list(reversed(table.keys())), type(view).__name__))
counts = Counter("abracadabra")
shown = counts.values()
counts.update("zz")
check("counter", (sum(shown), counts.most_common(2), sorted(counts.items())))
groups = defaultdict(list)
shown = groups.items()
groups["a"].append(1)
groups["b"].append(2)
check("default", [(k, list(v)) for k, v in shown])

heads = nn.ModuleDict({"a": nn.Linear(2, 3), "b": nn.Linear(2, 4)})
names, modules, entries = heads.keys(), heads.values(), heads.items()
heads["c"] = nn.Linear(2, 5)
check("modules", (list(names), [m.out_features for m in modules], [(k, m.out_features) for k, m in entries], len(names), "c" in names, len(heads)))
check("module sets", (names & {"a", "q"}, names - {"a"}, names == {"a", "b", "c"}))
for k, m in heads.items():
    heads[k] = nn.Linear(m.out_features, 1)
check("replaced", [m.in_features for m in modules])
try:
    for k in heads.keys():
        heads[k + "x"] = nn.ReLU()
except RuntimeError as error:
    check("modules grown", type(error).__name__)
parameters = nn.ParameterDict({"w": nn.Parameter(__import__("torch").zeros(2, 3))})
check("parameters", (list(parameters.keys()), [tuple(p.shape) for p in parameters.values()], [k for k, _ in parameters.items()]))


class Space:
    def __init__(self):
        self.a, self.b = 1, 2


space = Space()
shown = vars(space).items()
space.c = 3
check("vars", ([k for k, v in shown], sorted(space.__dict__.values())))


def total(*args, **kwargs):
    return sum(args) + sum(kwargs.values())


check("passed", (total(*{1: 2, 3: 4}.values()), total(**dict({"a": 1}.items()))))
a, b = {"x": 1, "y": 2}.values()
check("two", (a, b))
check("nested", {k: {n: m for n, m in v.items()} for k, v in {"o": {"p": 1}}.items()})
match {"x": 1}.keys():
    case [*_]:
        check("match", "sequence")
    case _:
        check("match", "other")
