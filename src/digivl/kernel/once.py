"""What is made once, however many threads ask for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class Once(Generic[T]):
    """Made at first use by one thread, while the others wait; then kept.

    `functools.cached_property` lets two threads make it at the same moment.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self._lock = make, RLock()
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        # Once it is made it stands in the instance, and this is not called again.
        if instance is None:
            return self
        kept = vars(instance)
        with self._lock:
            if self._name not in kept:
                kept[self._name] = self._make(instance)
        value: T = kept[self._name]
        return value


def once(make: Callable[[Any], T]) -> Once[T]:
    """Decorate a method without arguments: a property that is made once."""
    return Once(make)


def once_for_each(make: Callable[[str], T]) -> Callable[[str], T]:
    """A function that makes something once for each name, and keeps it.

    `functools.cache` lets two threads make it at the same moment: each would have a
    key of its own, and try a wrong PIN for itself.
    """
    kept, lock = dict[str, T](), RLock()

    def made(name: str) -> T:
        with lock:
            if name not in kept:
                kept[name] = make(name)
            return kept[name]

    return made
