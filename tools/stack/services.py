"""The C++ services of a private instance. What a service needs is read from its own config.proto, by convention:

- a `fiscus.config.v1` message (Server, Postgres, Kafka, Auth, Redis) is filled with the instance's addresses;
- a message `BusinessDay` is switched off: instances play months in minutes;
- a string `<peer>` or `<peer>_address` gets the address of that peer (a service, or the bank);
- a string `*_dir` gets a directory of the service's own; `*_files_dir` one of the repository, see _REPOSITORY_DIRS;
- a string `*_env` names a variable, which gets a secret of the instance; variables of one name share one secret.

So a service that is added, or a field, needs nothing here.
"""

import subprocess
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from tools.stack.paths import REPO, googleapis
from tools.stack.process import Spec, StackError, base_env

MIGRATION_S = 60
_CONFIG = "fiscus.config.v1."


def all_services():
    """Names of the services, built or not, in the order in which they are listed."""
    return sorted(path.parent.name for path in (REPO / "services").glob("*/config.proto"))


def built_services(build):
    """Those of them whose binaries exist."""
    return [name for name in all_services() if (Path(build) / "bin" / f"fiscus-{name}").exists()]


class Service:
    """One service of one instance, or a further replica of it. `stack` gives addresses, secrets and directories."""

    ready_s = 60

    def __init__(self, service, stack, replica=1, adjust=None):
        self.service = service
        self.name = service if replica == 1 else f"{service}-{replica}"
        self._stack = stack
        self._binary = stack.build / "bin" / f"fiscus-{service}"
        self._dir = stack.directory / self.name
        self._config = self._dir / "config.textproto"
        self._message = config_message(service)
        # Replicas, and one service before and after its restart, open each other's page tokens.
        self._env = {"FISCUS_PAGE_TOKEN_KEY": stack.vault["page-tokens"]}
        self._fill(self._message)
        if adjust is not None:
            adjust(self._message)

    @property
    def address(self):
        return f"127.0.0.1:{self._stack.ports[self.name]}"

    @property
    def metrics(self):
        return f"127.0.0.1:{self._stack.ports[self.name + '-metrics']}"

    @property
    def has_database(self):
        return any(f.message_type and f.message_type.full_name == _CONFIG + "Postgres"
                   for f in self._message.DESCRIPTOR.fields)

    def prepare(self):
        """Writes the configuration; makes and migrates the database."""
        self._dir.mkdir(exist_ok=True)
        self._config.write_text(text_format.MessageToString(self._message))
        if self.has_database:
            self._stack.postgres.create_service(self.service)
            self._migrate()

    def spec(self):
        return Spec(self.name, [str(self._binary), "--config", str(self._config)], env=self._env, stop_s=20)

    def ready(self):
        return health(self.address) == 1

    def _migrate(self):
        owner = self._stack.postgres.dsn(f"fiscus_{self.service}_owner", f"fiscus_{self.service}")
        try:
            done = subprocess.run([str(self._binary), "--config", str(self._config), "--migrate"], cwd="/", text=True,
                                  env=base_env() | self._env | {"FISCUS_MIGRATE_DSN": owner}, capture_output=True,
                                  timeout=MIGRATION_S, check=False)
        except subprocess.TimeoutExpired:
            raise StackError(f"migrating {self.name} took longer than {MIGRATION_S} s") from None
        if done.returncode != 0:
            raise StackError(f"migrating {self.name} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _fill(self, message):
        for field in message.DESCRIPTOR.fields:
            if field.is_repeated:
                self._fill_repeated(message, field)
            elif field.message_type is None:
                self._fill_scalar(message, field)
            else:
                self._fill_message(getattr(message, field.name))

    def _fill_message(self, message):
        kind = message.DESCRIPTOR.full_name
        if kind == _CONFIG + "Server":
            message.listen = self.address
            message.metrics_listen = self.metrics
        elif kind == _CONFIG + "Postgres":
            message.SetInParent()
            self._env[message.dsn_env] = self._stack.postgres.dsn(f"fiscus_{self.service}", f"fiscus_{self.service}", self._route("postgres"))
        elif kind == _CONFIG + "Kafka":
            message.brokers = self._route("kafka")
        elif kind == _CONFIG + "Auth":
            message.identity = self._route("identity")
            self._env[message.service_secret_env] = self._stack.vault[f"service:{self.service}"]
        elif message.DESCRIPTOR.name == "BusinessDay":
            message.close_after, message.days_ahead_max = "", -1
        elif kind == _CONFIG + "Redis":
            message.address = self._route("redis")
            self._env[message.password_env] = self._stack.redis.password
        else:
            self._fill(message)

    def _fill_scalar(self, message, field):
        if field.type != field.TYPE_STRING:
            return
        peer = field.name.removesuffix("_address")
        if peer in self._stack.peers:
            setattr(message, field.name, self._route(peer))
        elif field.name.endswith("_env") and getattr(message, field.name):
            self._env[getattr(message, field.name)] = self._stack.vault["env:" + getattr(message, field.name)]
        elif field.name.endswith("_dir") and not getattr(message, field.name):
            setattr(message, field.name, self._directory(field.name))

    def _route(self, server):
        return self._stack.route(self.service, server)

    def _fill_repeated(self, message, field):
        """Identity's list of services: one entry per service, built or not, and one for the bank's adapter, each with the variable
        that holds its secret."""
        if field.message_type is None or not {"service", "secret_env"} <= set(field.message_type.fields_by_name):
            return
        for service in [*all_services(), "bank"]:
            variable = f"FISCUS_SERVICE_SECRET_{service.upper()}"
            getattr(message, field.name).add(service=service, secret_env=variable)
            self._env[variable] = self._stack.vault[f"service:{service}"]

    def _directory(self, field):
        shipped = REPO / "services" / self.service / field.removesuffix("_dir")
        return str(shipped if shipped.is_dir() else self._dir / field.removesuffix("_dir"))


def health(address):
    """The gRPC health status of a server: 1 is SERVING; 0 if it does not answer."""
    import grpc
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            answer = check(b"", timeout=1)
        except grpc.RpcError:
            return 0
    return answer[1] if len(answer) == 2 else 0  # HealthCheckResponse{status = 1}, one varint


def config_message(service):
    """An empty message of the type that services/<service>/config.proto defines last (or names Config)."""
    file = f"services/{service}/config.proto"
    with tempfile.NamedTemporaryFile(suffix=".protoset") as out:
        done = subprocess.run(["protoc", "-I", str(REPO), "-I", str(REPO / "proto"),
                               "-I", str(googleapis()),
                               "--include_imports", "-o", out.name, file],
                              cwd=REPO, env=base_env(), text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise StackError(f"{file}: {done.stderr.strip()}")
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(out.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for proto in files.file:
        pool.Add(proto)
    own = files.file[-1]
    names = [message.name for message in own.message_type]
    name = "Config" if "Config" in names else names[-1]
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{own.package}.{name}"))()
