"""Random secrets of an instance: made once, kept in a file that only the owner reads, handed over by environment only."""

import json
import os
import secrets
import threading
from pathlib import Path


class Vault:
    """Name → secret."""

    def __init__(self, directory):
        self._file = Path(directory) / "secrets.json"
        self._lock = threading.Lock()
        self._secrets = json.loads(self._file.read_text()) if self._file.exists() else {}

    def __getitem__(self, name):
        with self._lock:
            if name not in self._secrets:
                self._secrets[name] = secrets.token_urlsafe(32)
                write_private(self._file, json.dumps(self._secrets, indent=1))
            return self._secrets[name]


def write_private(path, text, owner=None):
    """Writes a file that only its owner reads; `owner` is a (uid, gid) or None for ourselves."""
    temporary = Path(f"{path}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if owner:
        os.chown(temporary, *owner)
    temporary.replace(path)
