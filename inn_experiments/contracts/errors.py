"""The one exception that is a person's to mend."""


class UserError(Exception):
    """A mistake in the input, the configuration or the environment: shown in one line, without a traceback.

    The message names the argument, file, row or class, what was found there, and what would be right.
    """
