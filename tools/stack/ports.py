"""Free loopback ports, chosen once per instance and kept over restarts of its processes."""

import fcntl
import json
import random
import socket
import threading
from pathlib import Path

# Below the kernel's range for outgoing connections (32768 and up), so that none of those takes a port of ours while its
# owner restarts.
_RANGE = range(20_000, 32_000)


def _free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Ports:
    """Name → port, kept in `directory`/ports.json. `registry` is shared by all instances of a user."""

    def __init__(self, directory, registry):
        self._file = Path(directory) / "ports.json"
        self._registry = Path(registry)
        self._lock = threading.Lock()
        self._ports = json.loads(self._file.read_text()) if self._file.exists() else {}

    def __getitem__(self, name):
        with self._lock:
            if name not in self._ports:
                self._ports[name] = self._reserve()
                self._file.write_text(json.dumps(self._ports, indent=1))
            return self._ports[name]

    def _reserve(self):
        self._registry.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{self._registry}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            taken = self._taken_by_others() | set(self._ports.values())
            for _ in range(2000):
                port = random.choice(_RANGE)
                if port not in taken and _free(port):
                    self._registry_add(port)
                    return port
        raise RuntimeError(f"no free port between {_RANGE.start} and {_RANGE.stop}")

    def _entries(self):
        try:
            return json.loads(self._registry.read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def _taken_by_others(self):
        # An instance whose directory is gone has given its ports back.
        return {port for owner, ports in self._entries().items() if Path(owner).exists() for port in ports}

    def _registry_add(self, port):
        entries = {owner: ports for owner, ports in self._entries().items() if Path(owner).exists()}
        entries.setdefault(str(self._file.parent), []).append(port)
        self._registry.write_text(json.dumps(entries))
