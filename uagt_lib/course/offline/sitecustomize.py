"""Python runs this at its start when the folder is on PYTHONPATH: nothing but this machine can be reached any more.

An audit hook, since those cannot be taken off again. It sees what Python's sockets do, not what other programs do.
"""

import socket
import sys


def _refuse(event: str, arguments: tuple) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        ours, address = arguments
        inet = ours.family in (socket.AF_INET, socket.AF_INET6)
        if inet and address and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise OSError(f"this Python runs offline, but something tried to connect to {address}")


sys.addaudithook(_refuse)
