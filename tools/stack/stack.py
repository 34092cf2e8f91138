"""One private instance of the whole product, for tests and for the demo."""

import fcntl
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tools.stack.bank import Bank
from tools.stack.gateway import Gateway
from tools.stack.kafka import Kafka
from tools.stack.links import Links
from tools.stack.paths import REPO, cache, default_build
from tools.stack.ports import Ports
from tools.stack.postgres import Postgres
from tools.stack.process import Process, StackError
from tools.stack.redis import Redis
from tools.stack.services import Service, all_services, built_services
from tools.stack.vault import Vault

INFRASTRUCTURE = ("postgres", "redis", "kafka")


class Stack:
    """An instance by its name: its state lies in $FISCUS_CACHE/run/<instance>, so a later process finds it again.

    durable    False turns PostgreSQL's fsync off: for unit tests.
    ephemeral  True ends and removes the instance when this process ends, however it ends.
    breakable  True puts a proxy between each client and server, so that `links` can cut or slow what is between them.
    """

    def __init__(self, instance, build_dir=None, durable=True, ephemeral=False, breakable=False):
        self.instance = instance
        self.build = Path(build_dir or default_build()).resolve()
        self.directory = cache() / "run" / instance
        self._durable = durable
        self._ephemeral = ephemeral
        self._breakable = breakable
        self.links = None
        self._watchdog = None
        self._processes = {}
        self._components = {}
        # The Python modules of our protos, which the build makes.
        if str(self.build / "python") not in sys.path:
            sys.path.insert(0, str(self.build / "python"))

    # Life

    def up(self, only=None):
        """Starts what does not run yet and waits until all is ready. `only`: names of infrastructure and services, for tests that
        need no more; the bank and the gateway come with everything only."""
        with self._lock():
            self._make_directory()
            self._watch()
            self._load()
            try:
                self._up_infrastructure([name for name in INFRASTRUCTURE if only is None or name in only])
                self._up_product([name for name in self.service_names if only is None or name in only], whole=only is None)
            except BaseException:
                # A half-started instance is nobody's; its logs stay for whoever looks for the cause.
                self._stop_all()
                raise
        return self

    def down(self, keep=False):
        """Stops every process that this instance started; removes its state unless `keep`."""
        with self._lock():
            self._stop_all(discard=not keep)
            self._components = {}
            if not keep:
                shutil.rmtree(self.directory, ignore_errors=True)
        if self._watchdog is not None:
            self._watchdog.kill()  # its work is done
            self._watchdog.wait()
            self._watchdog.stdin.close()
            self._watchdog = None

    def kill(self, name):
        """SIGKILL to one process."""
        self._process(name).kill()

    def signal(self, name, number):
        """Any signal to one process, e.g. SIGSTOP."""
        self._process(name).signal(number)

    def stop(self, name):
        """Asks one process to end in good order, and waits for it."""
        process = self._process(name)
        process.ask_to_stop()
        process.wait_gone()

    def start(self, name, wait=True, env=None):
        """Starts one process again, on its old port, with its old data; `env` adds to its environment (failpoints)."""
        component = self._component(name)
        spec = component.spec()
        spec.env = spec.env | (env or {})
        self._recover(name)
        self._process(name).start(spec)
        if wait:
            self._wait_ready(name)

    def replicate(self, service, replica=2, adjust=None):
        """Starts a further replica of a service, on ports of its own, with the same database; returns its name, e.g. budget-2.
        `adjust(config)` may change its configuration."""
        component = Service(service, self, replica, adjust)
        self._components[component.name] = component
        self._start_all([component.name])
        return component.name

    # What it consists of

    @property
    def names(self):
        """All its processes."""
        return list(self._components)

    @property
    def service_names(self):
        """The services whose binaries are built."""
        return built_services(self.build)

    @property
    def peers(self):
        """What a service's configuration may name: the services, built or not, and the bank."""
        return {path.name for path in (REPO / "services").iterdir()} | {"bank"}

    def address(self, name):
        """host:port of a process that need not run yet."""
        return f"127.0.0.1:{self.ports[name]}"

    endpoint = address

    def route(self, client, server):
        """host:port at which `client` is to look for `server`."""
        if self.links is None:
            return self.address(server)
        # A broker tells its clients where to go on: one listener for each of them, so that none gets past its link.
        listener = f"kafka-for-{client}" if server == "kafka" else server
        return self.links.between(client, server, self.address(listener))

    def pid(self, name):
        """The pid of a running process, else None."""
        return self._process(name).pid

    def log(self, name):
        """The log file of a process."""
        return self._process(name).log

    def metrics(self, service):
        """URL of a service's metrics."""
        return f"http://{self._component(service).metrics}/metrics"

    def secret(self, variable):
        """The secret that services get in this environment variable, e.g. FISCUS_OPERATOR_SECRET."""
        return self.vault["env:" + variable]

    @property
    def env(self):
        """What unit tests, the command line and system tests need to reach the instance."""
        env = {}
        if "postgres" in self._components:
            env["FISCUS_TEST_PG"] = self.postgres.dsn("postgres", "postgres")
        if "kafka" in self._components:
            env["FISCUS_TEST_KAFKA"] = self.kafka.address
        if "redis" in self._components:
            env["FISCUS_TEST_REDIS"] = self.redis.address
            env["FISCUS_TEST_REDIS_PASSWORD"] = self.redis.password
        if "gateway" in self._components:
            env["FISCUS_ENDPOINT"] = self.address("gateway")
            env["FISCUS_CA"] = str(self._components["gateway"].ca)
        return env

    # How

    def _load(self):
        registry = self.directory.parent / "ports.json"
        self.ports = Ports(self.directory, registry)
        self.vault = Vault(self.directory)
        self.postgres = Postgres(self.directory, self.ports, self.vault, self._durable)
        self.redis = Redis(self.directory, self.ports, self.vault)

    def _up_infrastructure(self, names):
        if self._breakable:
            self.links = self._components["links"] = Links(self.ports)
            self._start_all(["links"])
        if "kafka" in names:
            self.kafka = Kafka(self.directory, self.ports, {f"kafka-for-{client}": self.route(client, "kafka") for client in all_services()}
                               if self._breakable else {})
        for name in names:
            self._components[name] = getattr(self, name)
        self._start_all(names)
        if "kafka" in names:
            self.kafka.create_topics()

    def _up_product(self, services, whole):
        for name in services:
            self._components[name] = Service(name, self)
        self._start_all(services, wait=False)
        if whole and Bank.exists():
            self._components["bank"] = Bank(self)
        if whole and "identity" in services:  # whose keys the gateway needs
            backends = {name: self.route("gateway", name) for name in services}
            self._components["gateway"] = Gateway(self.directory, self.ports, self.build, backends)
        self._start_all([name for name in ("bank", "gateway") if name in self._components], wait=False)
        for name in self._components:
            self._wait_ready(name)

    def _start_all(self, names, wait=True):
        def prepare_and_start(name):
            if not self._process(name).pid:
                self._components[name].prepare()
                self._recover(name)
                self._process(name).start(self._components[name].spec())
            if wait:
                self._wait_ready(name)

        with ThreadPoolExecutor(max_workers=max(len(names), 1)) as pool:
            list(pool.map(prepare_and_start, names))

    def _recover(self, name):
        recover = getattr(self._components[name], "recover", None)
        if recover and not self._process(name).pid:
            recover()

    def _wait_ready(self, name):
        component = self._components[name]
        self._process(name).wait_ready(component.ready, component.ready_s)

    def _stop_all(self, discard=False):
        """Clients before servers: whoever is asked to drain still finds its database."""
        recorded = [path.stem for path in (self.directory / "pids").glob("*.json")]
        for group in ([n for n in recorded if n not in INFRASTRUCTURE], [n for n in recorded if n in INFRASTRUCTURE]):
            processes = [self._process(name) for name in group]
            for process in processes:
                process.ask_to_stop(discard)
            for process in processes:
                process.wait_gone()

    def _component(self, name):
        if name not in self._components:
            raise StackError(f"{self.instance} has no {name!r}; it has: {', '.join(self.names) or 'nothing'}")
        return self._components[name]

    def _process(self, name):
        return self._processes.setdefault(name, Process(self.directory, name))

    def _make_directory(self):
        # Others (PostgreSQL's user) may pass through, not look: secrets and data are private by themselves.
        for path in (self.directory.parent, self.directory):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o711)

    @contextmanager
    def _lock(self):
        """One `up` or `down` of an instance at a time. The file goes with the instance, so whoever waited for it looks again."""
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        path = Path(f"{self.directory}.lock")
        while True:
            with open(path, "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not path.exists() or path.stat().st_ino != os.fstat(lock.fileno()).st_ino:
                    continue
                yield
                if not self.directory.exists():
                    path.unlink(missing_ok=True)
                return

    def _watch(self):
        """A process that holds the other end of a pipe: when this one is gone, it takes the instance down."""
        if not self._ephemeral or self._watchdog is not None:
            return
        self._watchdog = subprocess.Popen(
            [sys.executable, "-m", "tools.stack", "watch", self.instance], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=REPO, start_new_session=True)
