"""Large libraries, imported without a search for garbage that an import does not make."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from inn_experiments.contracts import stopping


@contextmanager
def importing() -> Iterator[None]:
    """Import large libraries in the block: whole, and a fifth quicker, as Python does not look for garbage meanwhile.

    What there is afterwards stays for good, and later searches leave it out; so this is for the first time only.
    """
    enabled = gc.isenabled()
    gc.disable()
    with stopping.afterwards():
        try:
            yield
        finally:
            gc.freeze()
            if enabled:
                gc.enable()
