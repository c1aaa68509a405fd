"""The one exception that means: the input was wrong, and here is what to do about it."""


class UagtError(Exception):
    """A mistake in what the user gave us, told as a sentence.

    The message names what was wrong (file, value) and the way out; the command line prints it without a traceback
    and exits with code 2.
    """
