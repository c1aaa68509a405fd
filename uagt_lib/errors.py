"""What was wrong with what we were given, and what should be known about it, as sentences."""


class UagtError(Exception):
    """A mistake in what the user gave us, told as a sentence.

    The message names what was wrong (file, value) and the way out; the command line prints it without a traceback
    and exits with code 2.

    >>> from uagt_lib import preset
    >>> try:
    ...     preset("zebra")
    ... except UagtError as error:
    ...     print(error)
    unknown preset 'zebra'; known are savanna, savanna-smoke, ...
    """


class UagtWarning(UserWarning):
    """Something that is no mistake but should be known, told as a sentence; the command line prints it as one."""
