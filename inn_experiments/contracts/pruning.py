"""A training that a search gives up before its end: it is asked for at each look at the validation rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Hook = Callable[[int, float], None]
"""Is told (epoch, validation loss), and raises Pruned where the training is not worth going on."""

_asked: list[Hook] = []


class Pruned(Exception):  # noqa: N818 (it is no error)
    """A search gave this training up: no failure, and no finished cell either."""


@contextmanager
def asking(hook: Hook | None) -> Iterator[None]:
    """Within it, and until `over` is called, `look` asks `hook`; None asks nobody."""
    _asked[:] = [] if hook is None else [hook]
    try:
        yield
    finally:
        _asked.clear()


def look(epoch: int, loss: float) -> None:
    """Tell the validation loss after `epoch`; raises Pruned where the search gives this training up."""
    for hook in _asked:
        hook(epoch, loss)


def over() -> None:
    """From here on nobody is asked: other trainings of the same cell are not the one that a search looks at."""
    _asked.clear()
