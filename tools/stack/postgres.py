"""A private PostgreSQL 15 on loopback with scram passwords, one database and two roles per service."""

import os
import pwd
import signal
import socket
import subprocess
import time
from pathlib import Path

from tools.stack.paths import REPO
from tools.stack.process import Spec, StackError, base_env, start_time
from tools.stack.vault import write_private

_BIN = Path("/usr/lib/postgresql/15/bin")

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 400
shared_buffers = 128MB
password_encryption = scram-sha-256
timezone = 'UTC'
log_min_duration_statement = 2000
autovacuum_naptime = 10s
log_line_prefix = '%m [%p] %d '
{durability}
"""
# Without these three a run of unit tests is much faster; what they give up is safety when the whole machine fails.
_FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off"


class Postgres:
    """The server of one instance. It refuses to run as root, so then it runs as Debian's user postgres."""

    name = "postgres"
    ready_s = 60

    def __init__(self, directory, ports, vault, durable=True):
        self._data = Path(directory) / "postgres"
        self._port = ports[self.name]
        self._vault = vault
        self._durable = durable
        self._user = "postgres" if os.geteuid() == 0 else None

    @property
    def address(self):
        return f"127.0.0.1:{self._port}"

    def dsn(self, role, database, address=None):
        """A libpq connection string; it holds the password. `address`: by which way, if not straight."""
        host, port = (address or self.address).split(":")
        return f"host={host} port={port} user={role} password={self._vault['pg:' + role]} dbname={database}"

    def prepare(self):
        """Makes the data directory once."""
        if (self._data / "PG_VERSION").exists():
            return
        owner = self._owner()
        self._data.mkdir(mode=0o700, exist_ok=True)
        os.chown(self._data, *owner)
        password_file = self._data.parent / "postgres.pw"
        write_private(password_file, self._vault["pg:postgres"] + "\n", owner)
        self._run("initdb", "--pgdata", str(self._data), "--username", "postgres", "--pwfile", str(password_file),
                  "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        password_file.unlink()
        with open(self._data / "postgresql.conf", "a") as conf:
            conf.write(_SETTINGS.format(port=self._port, durability="" if self._durable else _FAST))

    def recover(self):
        """After a crash: waits for what the dead server left running, and removes its lock.

        PostgreSQL does so by itself, except where nobody reaps the dead (a container's first process often does not): there
        the old server seems alive for ever.
        """
        deadline = time.monotonic() + 20
        while any(_works_in(pid, self._data) for pid in _pids()) and time.monotonic() < deadline:
            time.sleep(0.02)
        lock = self._data / "postmaster.pid"
        if lock.exists() and start_time(int(lock.read_text().split()[0])) is None:
            lock.unlink()

    def spec(self):
        # SIGINT is "fast shutdown": sessions are ended, nothing is lost. SIGQUIT leaves out the checkpoint.
        return Spec(self.name, [str(_BIN / "postgres"), "-D", str(self._data)], user=self._user,
                    stop_signal=signal.SIGINT, discard_signal=signal.SIGQUIT, stop_s=30)

    def ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                pass
        except OSError:
            return False
        return subprocess.run([str(_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)],
                              check=False, env=base_env()).returncode == 0

    def create_service(self, service):
        """Makes the service's database and roles with the script that production uses too."""
        script = (REPO / "deploy/postgres/service.sql").read_text()
        # psql's variables are set in the script itself: an argument list is readable by everybody on the machine.
        variables = "".join(f"\\set {name} '{value}'\n" for name, value in (
            ("service", service),
            ("owner_password", self._vault[f"pg:fiscus_{service}_owner"]),
            ("app_password", self._vault[f"pg:fiscus_{service}"])))
        env = base_env() | {"PGPASSWORD": self._vault["pg:postgres"]}
        done = subprocess.run(
            [str(_BIN / "psql"), "-qAtX", "-h", "127.0.0.1", "-p", str(self._port), "-U", "postgres", "-d", "postgres"],
            input=variables + script, env=env, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise StackError(f"making the database of {service} failed: {done.stderr.strip()}")

    def _owner(self):
        if self._user is None:
            return os.geteuid(), os.getegid()
        try:
            entry = pwd.getpwnam(self._user)
        except KeyError:
            raise StackError("PostgreSQL does not run as root and there is no user postgres: run tools/dev setup") from None
        return entry.pw_uid, entry.pw_gid

    def _run(self, program, *arguments):
        identity = {} if self._user is None else {"user": self._user, "group": self._user, "extra_groups": []}
        done = subprocess.run([str(_BIN / program), *arguments], env=base_env(), cwd="/", text=True,
                              capture_output=True, check=False, **identity)
        if done.returncode != 0:
            raise StackError(f"{program} failed: {done.stderr.strip()}")


def _pids():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _works_in(pid, directory):
    """Is this a live process whose working directory is `directory`? PostgreSQL's all have their data directory."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(directory)
    except OSError:
        return False
