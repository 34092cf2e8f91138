"""One run on private servers: two replicas of the budget service, writers on few lines, a replica killed in between."""

import os
import time
import uuid

import grpc
from tests.consistency.writers import Ledger, Scene, Writers

from tools.stack import Stack

_TENANT, _PASSWORD, _UNIT = "consistency", "Consistency-1", "/c/"


class Servers:
    """`with Servers() as servers`: PostgreSQL, identity and two budget replicas, with a founded tenant."""

    def __enter__(self):
        self.stack = Stack(f"consistency-{os.getpid()}-{time.time_ns()}", ephemeral=True)
        self.stack.up(only=("postgres", "redis", "kafka", "identity", "budget"))
        try:
            self.second = self.stack.replicate("budget")
            self._found()
        except BaseException:
            self.stack.down()
            raise
        return self

    def __exit__(self, *_):
        self.stack.down()

    def ledger(self, pending):
        from fiscus.identity.v1 import identity_service_pb2 as identity
        tokens = {service: self._identity("ExchangeServiceToken", identity.ExchangeServiceTokenRequest(
            service=service, secret=self.stack.vault[f"service:{service}"])).access_token for service in ("payments", "projects")}
        return Ledger([self.stack.address("budget"), self.stack.address(self.second)], _TENANT, _UNIT, self._login("budgeteer"), tokens,
                      pending)

    def differences(self):
        """What the ledger's own verification finds."""
        from fiscus.budget.v1 import budget_service_pb2 as budget, budget_service_pb2_grpc as budget_grpc
        with grpc.insecure_channel(self.stack.address("budget")) as channel:
            answer = budget_grpc.BudgetServiceStub(channel).VerifyLedger(
                budget.VerifyLedgerRequest(), metadata=(("authorization", f"Bearer {self._login('checker')}"),), timeout=60)
        return [f"{d.line_id}: {d.invariant} {d.detail}" for d in answer.differences]

    def _found(self):
        from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity
        self._identity("CreateTenant", identity.CreateTenantRequest(
            request_id=str(uuid.uuid4()), operator_secret=self.stack.secret("FISCUS_OPERATOR_SECRET"), tenant=_TENANT,
            display_name="Consistency", root_unit_code=_UNIT.strip("/"), root_unit_name="Consistency", admin_username="admin",
            admin_password=_PASSWORD, keep_admin_password=True))
        admin = self._login("admin")
        for username, role in (("budgeteer", "finance_budget"), ("checker", "auditor")):
            self._identity("CreateUser", identity.CreateUserRequest(
                request_id=str(uuid.uuid4()), username=username, display_name=username, password=_PASSWORD, keep_password=True, unit_path=_UNIT,
                grants=[identity_pb2.Grant(role=role, unit_path=_UNIT)]), admin)

    def _login(self, username):
        from fiscus.identity.v1 import identity_service_pb2 as identity
        return self._identity("Login", identity.LoginRequest(tenant=_TENANT, username=username, password=_PASSWORD)).access_token

    def _identity(self, method, request, token=None):
        from fiscus.identity.v1 import identity_service_pb2_grpc as identity_grpc
        with grpc.insecure_channel(self.stack.address("identity")) as channel:
            metadata = (("authorization", f"Bearer {token}"),) if token else ()
            return getattr(identity_grpc.IdentityServiceStub(channel), method)(request, metadata=metadata, timeout=30, wait_for_ready=True)


def record(servers, seconds, seed, writers=64, lines=4, disturb=True):
    """(history, what broke): `writers` clients on `lines` lines; in the middle the second replica is killed and comes back."""
    scene = Scene(seed, lines, contested=200)
    ledger = servers.ledger(scene.pending)
    crowd = Writers(ledger, scene, writers, seed)

    def kill_one():
        time.sleep(seconds / 3)
        servers.stack.kill(servers.second)
        servers.stack.start(servers.second)

    try:
        return crowd.run(seconds, kill_one if disturb else lambda: None), crowd.broken
    finally:
        ledger.close()
