"""Programs composed at random from the statements and expressions of ordinary Python, each ending with what its variables hold."""

import re
from random import Random

NAMES = ("a", "b", "c")
LISTS = ("xs", "ys")

INTEGERS = """
(<i> + <i>)
(<i> - <i>)
(<i> * <i>)
(<i> // <i>)
(<i> % <i>)
(<i> & <i>)
(<i> | <i>)
(<i> ^ <i>)
(<i> if <c> else <i>)
len(<l>)
<l>[<n>]
<l>[-<n>]
max(<i>, <i>)
-<i>
~<i>
sum(<l>)
<m>.get(<i>, <i>)
(lambda v, w=<i>: v - w)(<i>)
next((v for v in <l> if v > <i>), <i>)
int(<c>)
int(<t> or 0)
divmod(<i>, <i>)[<n>]
((n := <i>) + n)
add(<i>, k=<i>)
add(*<l>[:2])
"""
SEQUENCES = """
[<i>, *<l>]
[v + <i> for v in <l>]
[v for v in <l> if v % 2]
[v for v in <l> if v > <i>]
[v for v in <l> if not v]
<l>[<s>]
sorted(<l>)
sorted(<l>, reverse=True)
sorted(<l>, key=lambda v: -v)
sorted(<l>, key=abs)
list(reversed(<l>))
(<l> + <l>)
list(map(lambda v: v * 2, <l>))
list(filter(None, <l>))
[i * v for i, v in enumerate(<l>, start=<n>)]
[v - w for v, w in zip(<l>, <l>)]
list(<m>)
list(take(<n>, <l>))
(<l> * <n>)[:9]
list(dict.fromkeys(<l>))
list(range(<n>))
list(evens(<l>))
list(<m>.values())
"""
MAPPINGS = """
{v: v * <i> for v in <l>}
{**d, <i>: <i>}
dict(zip(<l>, <l>))
(d | <m>)
dict(d)
{k: v for k, v in d.items() if v}
"""
TEXTS = """
f'{<i>:>3}'
(<t> + <t>)
<t>.upper()
str(<l>)
<t>[<s>]
('%s-%d' % (<t>, <i>))
'_'.join(str(v) for v in <l>)
<t>.replace('a', 'bc')
<t>.partition('_')[<n>]
'{:03d}'.format(<i>)
repr(<t>)
(<t> * <n>)[:9]
"""
CONDITIONS = """
<i> < <i>
<i> <= <i>
<i> == <i>
<i> != <i>
0 < <i> <= <i>
<i> in <l>
not <l>
(<i> and <i>)
(<i> or <l>)
any(v > <i> for v in <l>)
all(<l>)
isinstance(<i>, int)
<l> == <l>
<l> < <l>
<i> in <m>
<t>.startswith(<t>)
<t> in <t>
"""
SIMPLE = """
<v> = <i>
<v> += <i>
<v> -= <i>
<v> *= <i>
<h> = <l>
<h>.append(<i>)
<h> += <l>
<h> *= 2
d = <m>
d[<i>] = <i>
s = <t>
<h>[<s>] = <l>
del <h>[<s>]
<v> = <h>.pop()
d.pop(<i>, None)
<v>, <h> = <i>, <l>
<v>, *<h> = <l>
xs, ys = ys, xs
d.update(<m>)
<v> = d.setdefault(<i>, <i>)
<h>.sort()
<h>.insert(<n>, <v>)
xs = ys
raise ValueError(<i>)
raise KeyError(<i>)
assert <c>
s += <t>
<v> = <h>.index(<i>)
<h>.remove(<i>)
<v> = int(<t>)
<v> = <h>[<i>]
<v> = d[<i>]
<v> = box.add(<i>).total
<h> = list(box)
box.total += <v>
del d[<i>]
"""


class Writer:
    """One program under construction. ``depth`` bounds how statements nest; every loop of the program ends."""

    def __init__(self, random: Random) -> None:
        self.random, self.lines, self.number = random, [], 0

    def write(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def fresh(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    # --- expressions ---------------------------------------------------------------------------------------------

    def expand(self, template: str, depth: int) -> str:
        """``<i>`` is an integer, ``<l>`` a list, ``<m>`` a dict, ``<t>`` a text, ``<c>`` a condition, ``<s>`` a slice, ``<n>`` a small number."""
        makers = {"i": self.integer, "l": self.sequence, "m": self.mapping, "t": self.text, "c": self.condition, "s": self.slice, "n": self.number_between}
        return re.sub("<([ilmtcsn])>", lambda found: makers[found[1]](depth + 1), template)

    def chosen(self, depth: int, plain: tuple[str, ...], composed: str) -> str:
        """One of ``plain``, or one of the lines of ``composed``, expanded."""
        if depth > 2 or self.random.random() < 0.3:
            return self.random.choice(plain)
        return self.expand(self.random.choice(composed.strip().splitlines()).strip(), depth)

    def number_between(self, depth: int = 0) -> str:
        return str(self.random.randint(0, 4))

    def integer(self, depth: int = 0) -> str:
        return self.chosen(depth, (*NAMES, "-3", "0", "1", "2", "7"), INTEGERS)

    def sequence(self, depth: int = 0) -> str:
        return self.chosen(depth, (*LISTS, "[1, 2, 3]", "[]"), SEQUENCES)

    def mapping(self, depth: int = 0) -> str:
        return self.chosen(depth, ("d", "{}", "{1: 2}"), MAPPINGS)

    def text(self, depth: int = 0) -> str:
        return self.chosen(depth, ("s", "'ab'", "''", "'7'", "'x_y'"), TEXTS)

    def condition(self, depth: int = 0) -> str:
        return self.expand(self.random.choice(CONDITIONS.strip().splitlines()).strip(), depth)

    def slice(self, depth: int = 0) -> str:
        one, other = (self.pick("", str(self.random.randint(-4, 4))) for _ in range(2))
        return f"{one}:{other}{self.pick('', '', ':2', ':-1', ':-2')}"

    # --- statements ----------------------------------------------------------------------------------------------

    def block(self, depth: int, loop: bool, function: bool) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, loop, function)

    def statement(self, depth: int, loop: bool, function: bool) -> None:
        simple = depth > 3 or self.random.random() < 0.55
        (self._simple if simple else self._compound)(depth, loop, function)

    def _simple(self, depth: int, loop: bool, function: bool) -> None:
        options = SIMPLE.strip().splitlines()
        if loop:
            options += ["break", "continue"] * 2
        if function:
            options += ["return <i>"] * 2
        self.write(depth, self.expand(self.random.choice(options).strip(), 0).replace("<v>", self.pick(*NAMES)).replace("<h>", self.pick(*LISTS)))

    def _compound(self, depth: int, loop: bool, function: bool) -> None:
        self.random.choice([self._if, self._for, self._while, self._try, self._function, self._with])(depth, loop, function)

    def _if(self, depth: int, loop: bool, function: bool) -> None:
        self.write(depth, f"if {self.condition()}:")
        self.block(depth + 1, loop, function)
        if self.random.random() < 0.5:
            self.write(depth, "else:")
            self.block(depth + 1, loop, function)

    def _for(self, depth: int, loop: bool, function: bool) -> None:
        name = self.pick(*NAMES)
        heads = ("in <l>[:4]", ", _ in zip(range(3), tuple(<l>))", "in evens(<l>[:5])", ", _ in list(<m>.items())[:3]")
        self.write(depth, f"for {name} {self.expand(self.pick(*heads), 0)}:")
        self.block(depth + 1, True, function)
        if self.random.random() < 0.3:
            self.write(depth, "else:")
            self.block(depth + 1, loop, function)

    def _while(self, depth: int, loop: bool, function: bool) -> None:
        counter = self.fresh("n")
        self.write(depth, f"{counter} = 0")
        self.write(depth, f"while {counter} < {self.random.randint(1, 4)}:")
        self.write(depth + 1, f"{counter} += 1")
        self.block(depth + 1, True, function)

    def _try(self, depth: int, loop: bool, function: bool) -> None:
        self.write(depth, "try:")
        self.block(depth + 1, loop, function)
        self.write(depth, f"except {self.pick('ValueError', 'KeyError', 'IndexError', '(KeyError, IndexError)', 'LookupError', 'Exception', 'ZeroDivisionError')} as error:")
        self.write(depth + 1, "s = type(error).__name__")
        self.block(depth + 1, loop, function)
        if self.random.random() < 0.3:
            self.write(depth, "else:")
            self.block(depth + 1, loop, function)
        if self.random.random() < 0.4:
            self.write(depth, "finally:")
            self.block(depth + 1, False, False)

    def _function(self, depth: int, loop: bool, function: bool) -> None:
        name, result = self.fresh("f"), self.pick(*NAMES)
        self.write(depth, f"def {name}(a, b=2, *rest, c=3, **more):")
        self.write(depth + 1, "xs, ys, s, d, box = [a, b], list(rest), 'in', dict(more, c=c) and {a: b}, Box()")
        self.block(depth + 1, False, True)
        self.write(depth + 1, "return a")
        self.write(depth, f"{result} = {name}({self.pick(self.integer(1), f'*[1, {self.integer(1)}]', f'{self.integer(1)}, c={self.integer(1)}', '1, 2, 3, z=4')})")

    def _with(self, depth: int, loop: bool, function: bool) -> None:
        self.write(depth, f"with {self.pick('quiet(KeyError)', 'quiet(ValueError, IndexError)', 'box')} as _:")
        self.block(depth + 1, loop, function)


PRELUDE = '''
from contextlib import contextmanager


@contextmanager
def quiet(*kinds):
    try:
        yield kinds
    except kinds:
        pass


def evens(values):
    for value in values:
        if value % 2 == 0:
            yield value


def take(count, values):
    for i, value in enumerate(values):
        if i == count:
            return
        yield value


def add(x=1, y=2, *, k=0):
    return x + y * k


class Box:
    def __init__(self):
        self.total = 0

    def add(self, value):
        self.total += value
        return self

    def __iter__(self):
        yield self.total
        yield from (1, 2)

    def __enter__(self):
        self.total += 100
        return self

    def __exit__(self, kind, value, trace):
        self.total -= 50
        return kind is not None and issubclass(kind, LookupError)


a, b, c, xs, ys, d, s, box = 1, 2, 3, [1, 2, 3], [4, 0], {1: 5}, "s_t", Box()
'''


def program(random: Random) -> str:
    """A program that compiles; what goes wrong in one of its statements ends its first part, as the last part states what there is then."""
    while True:
        text = _any_program(random)
        try:
            compile(text, "program.py", "exec")
        except SyntaxError:  # quotes within f-strings, := within comprehensions
            continue
        return text


def _any_program(random: Random) -> str:
    writer = Writer(random)
    writer.write(0, "try:")
    for _ in range(random.randint(2, 6)):
        writer.statement(1, False, False)
    ends = ["except Exception as error:", "    check('raised', type(error).__name__)", "else:", "    check('raised', None)"]
    return PRELUDE + "\n".join([*writer.lines, *ends, "check('numbers', (a, b, c))", "check('lists', (xs, ys))", "check('rest', (d, s, box.total))", ""])
