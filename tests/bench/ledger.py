"""The ledger: payments per second with full control, through gRPC, against hand-written SQL on the same durable PostgreSQL."""

import json
import os
import subprocess
import tempfile
import uuid
from pathlib import Path

import grpc

from tests.bench.measure import Comparison, Subject
from tests.bench.processes import cpu_s, peak_rss_mib, tree_cpu_s
from tools.stack import Stack
from tools.stack.paths import REPO

_PG_BIN = Path("/usr/lib/postgresql/15/bin")
_TENANT = "bench"
_PASSWORD = "Benchmark-only-1"
_PGBENCH_SCALE = 20

NAIVE, NAIVE_HOT, SQL_BATCH, PGBENCH = "naive SQL, 8 connections", "naive SQL, ten hot lines", "SQL batch of 100", "pgbench TPC-B-like, 8 clients"
RESERVE, PAY, HOT, MIX, BATCH = "Reserve, 64 in flight", "Reserve + Post, 64 in flight", "Reserve, ten hot lines", "Reserve, half refused", "BatchReserve of 1,000"

COMPARISONS = (
    Comparison("a reservation by single RPC", RESERVE, NAIVE),
    Comparison("a whole payment by single RPCs", PAY, NAIVE, 1.0),
    Comparison("reservations by batch RPC", BATCH, NAIVE, 4.0),
    Comparison("reservations by batch RPC, against the limit", BATCH, SQL_BATCH),
    Comparison("ten hot lines", HOT, NAIVE_HOT, 2.0),
    Comparison("over-limit mix, half refused", MIX, RESERVE, 1.0),
    Comparison("a reservation by single RPC", RESERVE, PGBENCH),
    Comparison("single RPC, 8 in flight", "Reserve, 8 in flight", NAIVE),
    Comparison("single RPC, 1 in flight", "Reserve, 1 in flight", "naive SQL, 1 connection"),
)


class LedgerBench:
    """Identity and budget on private servers, a tenant with lines; and the anchors' tables beside them."""

    def __init__(self, lines, seconds, build, warm_up_s=1.0):
        self._lines, self._seconds, self._build, self._warm_up = lines, seconds, Path(build), warm_up_s
        self._stack = Stack(f"bench-{os.getpid()}", build_dir=build, ephemeral=True)

    def __enter__(self):
        self._stack.up(only=("postgres", "redis", "kafka", "identity", "budget"))
        try:
            self._found()
            self._make_anchor_tables()
        except BaseException:
            self._stack.down()
            raise
        return self

    def __exit__(self, *_):
        self._stack.down()

    def subjects(self):
        return [
            Subject(RESERVE, lambda: self.load("reserve", in_flight=64)),
            Subject(NAIVE, lambda: self.sql("naive", connections=8)),
            Subject(PAY, lambda: self.load("pay", in_flight=64)),
            Subject(BATCH, lambda: self.load("batch", in_flight=4, batch=1000)),
            Subject(SQL_BATCH, lambda: self.sql("batch", connections=4)),
            Subject(HOT, lambda: self.load("reserve", in_flight=64, lines=10)),
            Subject(NAIVE_HOT, lambda: self.sql("naive", connections=8, lines=10)),
            Subject(MIX, lambda: self.load("reserve", in_flight=64, refused_bp=5000)),
            Subject(PGBENCH, self.pgbench),
            Subject("Reserve, 8 in flight", lambda: self.load("reserve", in_flight=8)),
            Subject("Reserve, 1 in flight", lambda: self.load("reserve", in_flight=1)),
            Subject("naive SQL, 1 connection", lambda: self.sql("naive", connections=1)),
        ]

    def load(self, kind, **options):
        """One run of the load generator against the budget service. CPU is that of the service and PostgreSQL, warm-up included."""
        options = {"lines": self._lines, "seconds": self._seconds, "warm_up_s": self._warm_up} | options
        budget, postgres = self._stack.pid("budget"), self._stack.pid("postgres")
        before = cpu_s(budget), tree_cpu_s(postgres)
        token = self._person_token() if kind == "approve" else self._service_token()
        answer = _run([self._build / "bin/fiscus-bench-load", f"--kind={kind}", f"--address={self._stack.address('budget')}",
                       f"--tenant={_TENANT}", *(f"--{name}={value}" for name, value in options.items())],
                      {"FISCUS_BENCH_TOKEN": token})
        used = cpu_s(budget) - before[0], tree_cpu_s(postgres) - before[1]
        done, worked = answer["accepted"] + answer["refused"], max(answer["worked"], 1)
        return answer | {"rate": done / answer["seconds"], "cpu_s_per_1000": 1000 * sum(used) / worked,
                         "budget_cpu_s_per_1000": 1000 * used[0] / worked, "rss_mib": peak_rss_mib(budget)}

    def sql(self, mode, connections, lines=None):
        """One run of the hand-written SQL."""
        self._psql("TRUNCATE posting; TRUNCATE outbox; CHECKPOINT")
        postgres = self._stack.pid("postgres")
        before = tree_cpu_s(postgres)
        answer = _run([self._build / "bin/fiscus-bench-sql", f"--mode={mode}", f"--connections={connections}",
                       f"--lines={lines or self._lines}", f"--seconds={self._seconds}", f"--warm_up_s={self._warm_up}"],
                      self._pg_env())
        done = answer["accepted"] + answer["refused"]
        return answer | {"rate": done / answer["seconds"],
                         "cpu_s_per_1000": 1000 * (tree_cpu_s(postgres) - before) / max(answer["worked"], 1)}

    def pgbench(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([_PG_BIN / "pgbench", "-n", "-M", "prepared", "-b", "tpcb-like", "-c", "8", "-j", "2",
                                   "-T", str(max(1, round(self._seconds)))], env=os.environ | self._pg_env(), cwd=folder, check=True,
                                  capture_output=True, text=True)
        line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
        return {"rate": float(line.split()[2])}

    def verify(self):
        """Recomputes every balance from the journal; True if none differs and something was done."""
        from fiscus.budget.v1 import budget_service_pb2 as budget, budget_service_pb2_grpc as budget_grpc
        answer = self._call("budget", budget_grpc.BudgetServiceStub, "VerifyLedger", budget.VerifyLedgerRequest(),
                            self._login("checker"), timeout_s=600)
        return not answer.differences and answer.entries > self._lines

    # Set-up

    def _found(self):
        from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity
        self._identity("CreateTenant", identity.CreateTenantRequest(
            request_id=str(uuid.uuid4()), operator_secret=self._stack.secret("FISCUS_OPERATOR_SECRET"), tenant=_TENANT,
            display_name="Benchmark", root_unit_code="bench", root_unit_name="Benchmark", admin_username="admin",
            admin_password=_PASSWORD, keep_admin_password=True))
        admin = self._login("admin")
        for username, role in (("budgeteer", "finance_budget"), ("checker", "auditor")):
            self._identity("CreateUser", identity.CreateUserRequest(
                request_id=str(uuid.uuid4()), username=username, display_name=username, password=_PASSWORD, keep_password=True, unit_path="/bench/",
                grants=[identity_pb2.Grant(role=role, unit_path="/bench/")]), admin)
        made = self.load("approve", in_flight=64)
        if made["accepted"] != self._lines:
            raise RuntimeError(f"{made['accepted']} of {self._lines} lines were made")
        # A database that is seconds old has no statistics yet; a real one always has: autovacuum sees to it once a minute.
        self.load("pay", in_flight=8, seconds=1)
        self._psql("ANALYZE", database="fiscus_budget")

    def _make_anchor_tables(self):
        self._psql("CREATE DATABASE anchors", database="postgres")
        schema = (REPO / "tests/bench/sql/schema.sql").read_text()
        self._psql(f"\\set lines {self._lines}\n{schema}\nVACUUM ANALYZE budget_line;")
        subprocess.run([_PG_BIN / "pgbench", "-i", "-q", "-s", str(_PGBENCH_SCALE)], env=os.environ | self._pg_env(), check=True,
                       capture_output=True)

    def _person_token(self):
        return self._login("budgeteer")

    def _service_token(self):
        from fiscus.identity.v1 import identity_service_pb2 as identity
        return self._identity("ExchangeServiceToken", identity.ExchangeServiceTokenRequest(
            service="payments", secret=self._stack.vault["service:payments"])).access_token

    def _login(self, username):
        from fiscus.identity.v1 import identity_service_pb2 as identity
        return self._identity("Login", identity.LoginRequest(tenant=_TENANT, username=username, password=_PASSWORD)).access_token

    def _identity(self, method, request, token=None):
        from fiscus.identity.v1 import identity_service_pb2_grpc as identity_grpc
        return self._call("identity", identity_grpc.IdentityServiceStub, method, request, token)

    def _call(self, service, stub, method, request, token=None, timeout_s=30):
        with grpc.insecure_channel(self._stack.address(service)) as channel:
            metadata = (("authorization", f"Bearer {token}"),) if token else ()
            return getattr(stub(channel), method)(request, metadata=metadata, timeout=timeout_s, wait_for_ready=True)

    def _pg_env(self):
        host, port = self._stack.postgres.address.rsplit(":", 1)
        return {"PGHOST": host, "PGPORT": port, "PGUSER": "postgres", "PGDATABASE": "anchors",
                "PGPASSWORD": self._stack.vault["pg:postgres"]}

    def _psql(self, script, database="anchors"):
        subprocess.run([_PG_BIN / "psql", "-qX", "-v", "ON_ERROR_STOP=1"], input=script, text=True, check=True, capture_output=True,
                       env=os.environ | self._pg_env() | {"PGDATABASE": database})


def _run(command, env):
    done = subprocess.run([str(part) for part in command], env=os.environ | env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)
