"""Where things are. tools/dev exports the same; the defaults serve those who run Python by hand."""

import os
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def cache():
    """Everything that is neither a Debian package nor in the clone."""
    return Path(os.environ.get("FISCUS_CACHE") or f"/var/tmp/fiscus-{os.getuid()}")


def kafka_libs():
    return Path(os.environ.get("FISCUS_KAFKA_LIBS") or cache() / "kafka" / "libs")


def googleapis():
    return Path(os.environ.get("FISCUS_GOOGLEAPIS") or cache() / "googleapis")


def default_build():
    return Path(os.environ.get("FISCUS_BUILD") or REPO / "build" / "dev")
