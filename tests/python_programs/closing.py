log = []
def g(n=3):
    try:
        for i in range(n):
            yield i
    finally:
        log.append("closed")
for v in g():
    break
log.append("after")
check("break", log)
def first():
    for v in g():
        return v
check("return", (first(), list(log)))
try:
    for v in g():
        raise ValueError
except ValueError:
    log.append("handler")
check("raise", list(log))
kept = g()
for v in kept:
    break
log.append("kept")
check("kept", (list(log), next(kept)))
for v in g():
    if v == 1:
        continue
    log.append(v)
else:
    log.append("else")
check("whole", list(log))
def outer():
    for v in g():
        yield v
        if v == 1:
            break
    log.append("outer")
check("outer", (list(outer()), list(log)))
for v in outer():
    break
check("nested", list(log))
class Owner:
    def run(self):
        self.items = g()
        return self.items
owner = Owner()
for v in owner.run():
    break
check("owned", (next(owner.items), list(log)))
from contextlib import contextmanager
@contextmanager
def opened():
    log.append("open")
    try:
        yield 1
    finally:
        log.append("shut")
def reading():
    with opened() as o:
        yield o
        yield o + 1
for v in reading():
    break
check("with", log[-3:])
for a in g():
    for b in g():
        break
    log.append("inner left")
    break
check("two", log[-4:])
