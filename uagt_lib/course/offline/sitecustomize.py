"""On PYTHONPATH of the lessons' kernels: whoever connects to anything but this machine gets an error."""

import socket

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


def _refuse(family: int, address: object) -> None:
    inet = family in (socket.AF_INET, socket.AF_INET6)
    if inet and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise OSError(f"lessons run offline, but something tried to connect to {address}")


def connect(self: socket.socket, address: object) -> None:
    _refuse(self.family, address)
    return _connect(self, address)


def connect_ex(self: socket.socket, address: object) -> int:
    _refuse(self.family, address)
    return _connect_ex(self, address)


socket.socket.connect, socket.socket.connect_ex = connect, connect_ex
