import abc
from abc import ABC, ABCMeta, abstractmethod
from typing import Generic, TypeVar
import torch.nn as nn

class Base(ABC):
    @abstractmethod
    def run(self): ...
    @property
    @abstractmethod
    def size(self): ...

class Half(Base):
    def run(self): return 1

class Whole(Half):
    size = 3

def made(cls, *args):
    try:
        return type(cls(*args)).__name__
    except TypeError as error:
        return "TypeError"
check("abstract", [made(each) for each in (Base, Half, Whole)])
class Meta(metaclass=ABCMeta):
    @staticmethod
    @abstractmethod
    def build(x): ...
    @classmethod
    @abc.abstractmethod
    def make(cls): ...
class Made(Meta):
    @staticmethod
    def build(x): return x
    @classmethod
    def make(cls): return cls()
check("meta", (made(Meta), made(Made), Made.make().build(3)))
class Plain:
    @abstractmethod
    def run(self): ...
check("plain", made(Plain))
class Mixin:
    def run(self): return 2
    size = 1
class Mixed(Mixin, Base): pass
class Late(Base, Mixin): pass
check("mixed", (made(Mixed), made(Late), Mixed().run()))
T = TypeVar("T")
class G(Generic[T], ABC):
    @abstractmethod
    def get(self) -> T: ...
class GI(G[int]):
    def get(self): return 4
check("generic", (made(G), made(GI), GI().get()))
class Net(nn.Module, ABC):
    @abstractmethod
    def features(self, x): ...
    def forward(self, x): return self.features(x)
class Real(Net):
    def features(self, x): return x
check("net", (made(Real),made(Net)))
class S(Base):
    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        cls.run = lambda self: 5
        cls.size = 1
class SS(S): pass
check("sub", (made(SS), SS().run()))
class Singleton(ABC):
    def __new__(cls):
        return object.__new__(Whole)
    @abstractmethod
    def f(self): ...
check("new", made(Singleton))

class A:
    __count = 0
    __slots_x = 1
    def __init__(self):
        self.__x = 1
        self.y = 2
        A.__count += 1
    def get(self):
        return self.__x
    def __hidden(self, __v=1):
        return __v + self.__x
    def call(self):
        return self.__hidden(), self.__hidden(4)
    @property
    def count(self): return A.__count
    @classmethod
    def __make(cls): return cls()
    @classmethod
    def make(cls): return cls.__make()
class B(A):
    def __init__(self):
        super().__init__()
        self.__x = 10
    def own(self): return self.__x
b = B()
check("private", (b.get(), b.own(), b.call(), b.__dict__, vars(A()), getattr(b, "_A__x"), hasattr(b, "__x"), b.count, A._A__count, b._A__hidden(2), A.make().y))
try:
    b.__x
except AttributeError:
    check("no", True)
class Slots:
    __slots__ = ("__a", "b")
    def __init__(self):
        self.__a = 3; self.b = 4
    def a(self): return self.__a
check("slots", (Slots().a(), Slots().b, Slots()._Slots__a))
class _Under:
    def __init__(self): self.__q = 1
    class Inner:
        def __init__(self): self.__z = 2
check("under", (_Under().__dict__, _Under.Inner().__dict__))
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.__conv = nn.Conv2d(3, 4, 1)
        self.fc = nn.Linear(2, 3)
    def forward(self, x): return self.__conv(x)
import torch
check("module", ([n for n, _ in M().named_modules()], [n for n, _ in M().named_parameters()], M()(torch.zeros(1, 3, 5, 5))))
__module_private = 5
def f():
    return __module_private
check("global", f())
import enum
class E(enum.Enum):
    A = 1
    __hidden = 2
check("enum", [e.name for e in E])
class K:
    def go(self, **kw): return kw
    def run(self): return self.go(__a=1)
check("kw", K().run())
