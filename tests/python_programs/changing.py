ys=[1,2,3]
out=[]
for a,_ in zip(range(3), ys):
    out.append(a); ys.pop()
check("zip", out)
xs=[1,2]
out=[]
for i,x in enumerate(xs):
    out.append((i,x))
    if i<3: xs.append(x*2)
check("enumerate", (out, xs))
it=iter(xs); xs.append(99)
check("iter", list(it)[-1])
xs.append(5)
check("spent", list(it))
it2=enumerate([1,2,3]); next(it2)
check("next", (next(it2), list(it2)))
try:
    [a for a,b in zip([1,2],[1],strict=True)]
except ValueError as e:
    check("strict", True)
it=iter([1,2,3,4])
check("pairs", list(zip(it,it)))
import itertools
check("sl", (list(itertools.islice(iter([1,2,3]),2)), list(itertools.chain(zip([1],[2]), enumerate([5])))))
check("dict", dict(zip(["a","b"],[1,2])))
check("sorted", sorted(enumerate([3,1,2]), key=lambda p: p[1]))
z=zip([1,2,3],[4,5,6]); a,*b=z
check("star",(a,b))
check("un", list(zip(*[(1,2),(3,4)])))
it=iter([1,2,3,4]); 
check("in", (2 in it, list(it)))
def g():
    yield from enumerate([1])
check("g", list(g()))
check("map", list(map(lambda p: p[0], enumerate([7,8]))))
check("rev", [list(reversed(list(enumerate([1,2])))), max(enumerate([1,5]))])
try:
    {[]: 1}
except TypeError:
    check("unhashable", 1)
d = {}
try:
    d[([],)] = 1
except TypeError:
    check("unhashable2", 1)
try:
    dct = {"a": 1}
    for k in dct:
        dct[k + "b"] = 1
except RuntimeError as error:
    check("dict changed", type(error).__name__)
d = {"a": 1, "b": 2}
try:
    for k in d:
        del d[k]
except RuntimeError:
    check("dict changed2", list(d))
d = {"a": 1, "b": 2}
for k in list(d):
    if k == "a":
        del d[k]
check("dict kept", d)
for k in d:
    d["z"] = 3
    break
check("dict grown and left", d)
v = d.keys()
d["q"] = 1
check("view", (list(v), "q" in v, len(v), sorted(v), v & {"q"}, [k for k in v], v == {"b","z","q"}, bool({}.keys()), isinstance(v, list)))
from typing import TypedDict
class TD(TypedDict, total=False):
    a: int
class TE(TD):
    b: int
check("td", (TD(a=1), TE(a=1, b=2)["b"], TD({"a": 2})))
