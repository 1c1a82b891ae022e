"""Large libraries, imported without a search for garbage that an import does not make."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Import large libraries in the block: a fifth quicker, since Python does not look for garbage meanwhile.

    What there is afterwards stays for good, and later searches leave it out; so this is for the first time only.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
