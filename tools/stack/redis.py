"""A private Redis on loopback with a password; it never evicts (revocations live in it) and keeps its data over a crash."""

import socket
from pathlib import Path

from tools.stack.process import Spec
from tools.stack.vault import write_private

_CONF = """
bind 127.0.0.1
port {port}
requirepass {password}
maxmemory 256mb
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
save ""
dir {data}
"""


class Redis:
    """The server of one instance."""

    name = "redis"
    ready_s = 20

    def __init__(self, directory, ports, vault):
        self._data = Path(directory) / "redis"
        self._port = ports[self.name]
        self._vault = vault

    @property
    def address(self):
        return f"127.0.0.1:{self._port}"

    @property
    def password(self):
        return self._vault["redis"]

    def prepare(self):
        self._data.mkdir(exist_ok=True)
        write_private(self._data / "redis.conf",
                      _CONF.format(port=self._port, password=self.password, data=self._data))

    def spec(self):
        return Spec(self.name, ["/usr/bin/redis-server", str(self._data / "redis.conf")])

    def ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    chunk = connection.recv(256)
                    if not chunk:
                        return False
                    answer += chunk
        except OSError:
            return False
        return b"+PONG" in answer  # not while it still loads its data
