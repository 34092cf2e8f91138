"""Every RPC of every service, found by reflection, is called without right and must refuse: directly at the service and through
the gateway; without a token, with an expired and with forged ones, from a foreign tenant, from a sibling unit, without the intent; by
people, and by our own services that are not meant.

Calls are filled with real ids and units of the tenant `system`, a fresh request id and nothing else; those of `foreign.py` are whole,
where one end is the caller's and another is not. The control at the end calls the same RPCs with the right person, who must not be
refused for want of rights; so the matrix cannot pass by refusing everybody.
"""

import json
import time
from dataclasses import dataclass

import grpc
import pytest
from tests.system import foreign, rest, rpcs, tokens
from tests.system.conftest import PASSWORD

ROOT = "/330000/"
FOREIGN_ROOT = "/440000/"
# A unit of each department that no project of these tests belongs to.
ASIDE = {"edu": "/330000/edu/library/", "transport": "/330000/transport/ferries/"}
# Everything that may be called without a token; a new one is a decision, so it is written down here.
PUBLIC = {"Login", "RefreshToken", "GetJwks", "CreateTenant", "SetTenantDisabled", "RotateSigningKey", "ExchangeServiceToken", "ListRevocations"}

# Our services that may call others, by their policies (services/identity/policies/services).
SERVICES = {"payments": {"budget.reserve", "budget.read", "projects.read"}, "projects": {"budget.encumber", "budget.read"},
            "bank": {"payments.bank"}}
# A service's intent → one that holds it.
HOLDER = {"budget.reserve": "payments", "budget.encumber": "projects", "payments.bank": "bank", "projects.read": "payments",
          "budget.read": "payments"}

Code = grpc.StatusCode
NO_RIGHT = {Code.PERMISSION_DENIED}
# The gateway does not know what is not for people.
NOT_FOR_PEOPLE = {Code.PERMISSION_DENIED, Code.UNIMPLEMENTED, Code.NOT_FOUND}
# A call that names no unit may be answered with what is the caller's own, or lack a field.
OWN_OR_MALFORMED = {Code.OK, Code.INVALID_ARGUMENT}


@pytest.fixture(scope="module")
def every_rpc(stack):
    return [rpc for service in stack.service_names for rpc in rpcs.by_reflection(service, stack.address(service))]


@pytest.fixture(scope="module")
def doors(stack, gateway):
    """Name → how to get a channel for an RPC: both ways into the product."""
    direct = {service: grpc.insecure_channel(stack.address(service)) for service in stack.service_names}
    yield {"service": lambda rpc: direct[rpc.service], "gateway": lambda rpc: gateway.channel}
    for channel in direct.values():
        channel.close()


@dataclass
class Target:
    """What an RPC is to be called with."""

    id: str
    unit: str

    @property
    def sibling(self):
        return ASIDE["transport" if "/edu/" in self.unit else "edu"]


@pytest.fixture(scope="module")
def targets(cast, province, plots):
    """Kind of resource → one that exists, and its unit."""
    from fiscus.alerting.v1 import alerting_service_pb2 as alerting
    from fiscus.identity.v1 import identity_service_pb2 as identity
    from tools.province.api import stable_id
    plot = _mine(plots)
    unit = plot.unit_path
    alert = next(iter(cast.auditor.alerting.all("ListAlerts", alerting.ListAlertsRequest(), "alerts")))
    # A user of its own: the control may disable it.
    user = cast.admin.identity.CreateUser(identity.CreateUserRequest(
        request_id=stable_id("matrix", "target"), username="matrix-target", display_name="nobody", password=PASSWORD,
        keep_password=True, unit_path=unit))
    return {"project": Target(plot.project_id, unit), "line": Target(plot.line_id, unit), "contract": Target(plot.contract_id, unit),
            "payment": Target(plot.payment_id(1), unit), "measurement": Target(stable_id(plot.project_id, "measurement", 1), unit),
            "reservation": Target(_reservation(cast, plot), unit),
            "modification": Target(_modification(cast, plot), unit), "alert": Target(alert.alert_id, alert.unit_path),
            "user": Target(user.user_id, unit)}


def _mine(plots):
    return next(p for p in plots if p.story == "healthy")


def _theirs(plots):
    """A plot of another department, whose story has payments as well."""
    return next(p for p in plots if p.story == "healthy" and p.unit_path.split("/")[2] != _mine(plots).unit_path.split("/")[2])


def _reservation(cast, plot):
    from fiscus.budget.v1 import budget_service_pb2 as budget
    entries = cast.auditor.budget.all("ListEntries", budget.ListEntriesRequest(line_id=plot.line_id), "entries")
    return next(e.reservation_id for e in entries if e.reservation_id)


def _modification(cast, plot):
    from fiscus.projects.v1 import projects_pb2, projects_service_pb2 as projects
    from tools.province.api import stable_id
    modification_id = stable_id(plot.contract_id, "matrix")
    cast.of_unit("operator", plot.unit_path).projects.CreateModification(projects.CreateModificationRequest(
        request_id=stable_id(modification_id), modification=projects_pb2.Modification(
            modification_id=modification_id, contract_id=plot.contract_id, delta=-100, reason="for the matrix")))
    return modification_id


class People:
    """Users of one tenant by role and unit, made on demand."""

    def __init__(self, cast, tenant_session, prefix):
        from fiscus.identity.v1 import identity_service_pb2 as identity
        self._cast, self._admin, self._prefix = cast, tenant_session, prefix
        self._tokens = {}
        roles = tenant_session.identity.ListRoles(identity.ListRolesRequest()).roles
        self._intents = {role.name: set(role.intents) for role in roles if role.built_in}
        self._narrow = None

    def with_intent(self, intent, unit):
        """Token of somebody who holds the intent at the unit; None if no person's role has it."""
        role = next((name for name, intents in sorted(self._intents.items()) if intent in intents), None)
        return role and self._token(role, unit)

    def without_intent(self, intent, unit):
        role = next((name for name, intents in sorted(self._intents.items()) if intent not in intents), None)
        return self._token(role or self._narrow_role(), unit)

    def _narrow_role(self):
        """A role without the intents that all built-in ones have."""
        from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity
        from tools.province.api import stable_id
        if self._narrow is None:
            common = set.intersection(*self._intents.values())
            intent = next(i for i in sorted(self._intents["tenant_admin"]) if i not in common)
            self._narrow = self._admin.identity.PutRole(identity.PutRoleRequest(
                request_id=stable_id(self._admin.tenant, "narrow"),
                role=identity_pb2.Role(name="matrix_narrow", description="for the matrix", intents=[intent]))).name
        return self._narrow

    def _token(self, role, unit):
        if (role, unit) not in self._tokens:
            self._tokens[role, unit] = self._hire(role, unit)
        return self._tokens[role, unit].token()

    def _hire(self, role, unit):
        from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity
        from tools.province.api import stable_id
        username = f"{self._prefix}-{len(self._tokens)}"
        self._admin.identity.CreateUser(identity.CreateUserRequest(
            request_id=stable_id(self._admin.tenant, "hire", username), username=username, display_name=username,
            password=PASSWORD, keep_password=True, unit_path=unit, grants=[identity_pb2.Grant(role=role, unit_path=unit)]))
        return self._cast.gateway.session(self._admin.tenant, username, PASSWORD)


@pytest.fixture(scope="module")
def people(cast):
    return People(cast, cast.admin, "matrix")


@pytest.fixture(scope="module")
def foreigners(cast, stack):
    """The people of another tenant, whose admin may do there what ours may here."""
    from fiscus.identity.v1 import identity_service_pb2 as identity, identity_service_pb2_grpc as identity_grpc
    from tools.province.api import stable_id
    cast.gateway.call(identity_grpc.IdentityServiceStub, "CreateTenant", identity.CreateTenantRequest(
        request_id=stable_id("matrix", "foreign"), operator_secret=stack.secret("FISCUS_OPERATOR_SECRET"), tenant="foreign",
        display_name="Another province", root_unit_code=FOREIGN_ROOT.strip("/"), root_unit_name="Another province",
        admin_username="admin", admin_password=PASSWORD, keep_admin_password=True))
    return People(cast, cast.gateway.session("foreign", "admin", PASSWORD), "foreign")


class Matrix:
    """Collects what was let in, so that a failure names every hole at once."""

    def __init__(self, every_rpc, doors, targets):
        self.rpcs, self._doors, self._targets = every_rpc, doors, targets
        self.holes, self.calls = [], 0

    def target(self, rpc):
        if rpc.scope == rpcs.RESOURCE:
            return self._targets[rpc.resource]
        return Target("", self._targets["project"].unit)

    def refused(self, case, rpc, token, codes, metadata=(), message=None):
        """The call must end in one of the codes, at both doors."""
        self._each_door(case, rpc, token, metadata, lambda code, _: code in codes, message)

    def blind(self, case, rpc, token, hidden, metadata=(), message=None):
        """The call may be answered (a list of one's own), but with nothing that contains `hidden`."""
        self._each_door(case, rpc, token, metadata, lambda code, answer: (
            code in OWN_OR_MALFORMED and hidden not in (answer and answer.SerializeToString() or b"")), message)

    def let_in(self, case, rpc, token):
        """The call must not be refused for want of rights."""
        self._each_door(case, rpc, token, (), lambda code, _: code not in (Code.UNAUTHENTICATED, Code.PERMISSION_DENIED, Code.UNIMPLEMENTED))

    def _each_door(self, case, rpc, token, metadata, good, message=None):
        target = self.target(rpc)
        for door, channel in self._doors.items():
            request = message or rpc.fill(target.unit, target.id)
            code, answer = self._call(rpc, channel(rpc), request, token, metadata)
            self.calls += 1
            if not good(code, answer):
                self.holes.append(f"{case}: {rpc.path} at the {door}: {code.name}")

    def check(self):
        assert self.calls, "nothing was called"
        assert not self.holes, "\n".join(self.holes)

    @staticmethod
    def _call(rpc, channel, message, token, metadata):
        try:
            return Code.OK, rpc.call(channel, message, token, metadata)
        except grpc.RpcError as error:
            return error.code(), None


@pytest.fixture
def matrix(every_rpc, doors, targets):
    return Matrix(every_rpc, doors, targets)


def guarded(matrix):
    """RPCs that need a token."""
    return [rpc for rpc in matrix.rpcs if not rpc.public]


def for_people(matrix):
    return [rpc for rpc in guarded(matrix) if rpc.for_people]


def unauthenticated(rpc):
    """How a call with a bad token may end: the gateway does not know what is not for people."""
    return {Code.UNAUTHENTICATED} if rpc.for_people else {Code.UNAUTHENTICATED} | NOT_FOR_PEOPLE


def test_reflection_shows_every_rpc_and_each_declares_its_access(stack, every_rpc):
    found = {rpc.path for rpc in every_rpc}
    assert found == rpcs.declared(stack.build / "fiscus.protoset")
    assert [rpc.path for rpc in every_rpc if rpc.scope == "UNSPECIFIED"] == []
    assert [rpc.path for rpc in every_rpc if rpc.names_a_unit and not (rpc.unit_fields or rpc.resource_fields)] == []
    assert [rpc.path for rpc in every_rpc if not rpc.intent and rpc.scope not in (rpcs.PUBLIC, rpcs.SELF)] == []


def test_only_what_is_written_down_here_is_public(every_rpc):
    assert {rpc.path.rsplit("/", 1)[1] for rpc in every_rpc if rpc.public} == PUBLIC


def test_without_a_token(matrix):
    for rpc in guarded(matrix):
        matrix.refused("no token", rpc, None, unauthenticated(rpc))
    matrix.check()


def test_with_an_expired_token(matrix, stack, cast):
    """A person's for what people call, the right service's for what services call."""
    def issue():
        person = {"a person": cast.gateway.session(cast.tenant, "supervisor", PASSWORD).token()}
        return person | {service: tokens.of_service(stack, service) for service in SERVICES}
    issued = tokens.expired(stack, issue)
    for rpc in guarded(matrix):
        for who in {"a person", HOLDER.get(rpc.intent, "a person")}:
            matrix.refused(f"expired, {who}", rpc, issued[who], unauthenticated(rpc), _for_tenant(cast.tenant))
    matrix.check()


def test_with_forged_tokens(matrix, stack, cast, service_tokens):
    jwks = json.loads(rest.request(stack, "GET", "/.well-known/jwks.json").text)
    forged = {who: tokens.forgeries(token, jwks)
              for who, token in ({"a person": cast.supervisor.token()} | service_tokens).items()}
    for rpc in guarded(matrix):
        who = "a person" if rpc.for_people else HOLDER[rpc.intent]
        for name, token in forged[who].items():
            matrix.refused(f"{name}, {who}", rpc, token, unauthenticated(rpc), _for_tenant(cast.tenant))
    matrix.check()


def test_from_a_foreign_tenant(matrix, cast, foreigners):
    """Also with our tenant's name in the header by which services name a tenant: people have no such choice."""
    for metadata in ((), _for_tenant(cast.tenant)):
        for rpc in for_people(matrix):
            token = foreigners.with_intent(rpc.intent, FOREIGN_ROOT) if rpc.intent else None
            if token is None:
                continue
            if rpc.names_a_unit:
                matrix.refused("foreign tenant", rpc, token, NO_RIGHT | {Code.NOT_FOUND}, metadata)
            else:
                matrix.blind("foreign tenant", rpc, token, ROOT.encode(), metadata)
    matrix.check()


def test_from_a_sibling_unit(matrix, people):
    for rpc in for_people(matrix):
        target = matrix.target(rpc)
        token = people.with_intent(rpc.intent, target.sibling) if rpc.intent else None
        if token is None:
            continue
        if rpc.names_a_unit or rpc.scope == rpcs.TENANT:
            matrix.refused("sibling unit", rpc, token, NO_RIGHT)
        else:
            matrix.blind("sibling unit", rpc, token, target.unit.encode())
    matrix.check()


def test_with_one_end_mine_and_another_foreign(matrix, people, plots, every_rpc):
    """Both lines of a transfer, every item of a batch."""
    mine, theirs = _mine(plots), _theirs(plots)
    ids = {"line": (mine.line_id, theirs.line_id), "project": (mine.project_id, theirs.project_id)}
    tried = set()
    for rpc in for_people(matrix):
        ends = ids[rpc.resource] if rpc.resource in ids else (mine.unit_path, theirs.unit_path)
        for message in rpc.half_foreign(*ends):
            tried.add(rpc.path.rsplit("/", 1)[1])
            matrix.refused("half foreign", rpc, people.with_intent(rpc.intent, mine.unit_path), NO_RIGHT, message=message)
    matrix.check()
    assert {"TransferBudget", "BatchSubmitPayments", "BatchRecordObserved", "BatchImportProjects", "BatchCreateUnits"} <= tried


def test_lists_and_totals_narrowed_to_what_is_foreign(matrix, people, plots):
    mine, theirs = _mine(plots), _theirs(plots)
    filters = {"project_id": theirs.project_id, "line_id": theirs.line_id, "contract_id": theirs.contract_id,
               "under_path": theirs.unit_path, "unit_path": theirs.unit_path}
    for rpc in for_people(matrix):
        if rpc.scope == rpcs.CALLER:
            for message in rpc.narrowed(filters):
                token = people.with_intent(rpc.intent, mine.unit_path)
                matrix.blind("narrowed to what is foreign", rpc, token, theirs.unit_path.encode(), message=message)
    matrix.check()


def test_my_unit_with_what_belongs_to_another(every_rpc, people, doors, plots, targets):
    """Whole requests: the unit in them is the caller's, something else is not."""
    mine, theirs = _mine(plots), _theirs(plots)
    by_name = {rpc.path.rsplit("/", 1)[1]: rpc for rpc in every_rpc}
    faults = []
    for name, cases in foreign.mixed(mine, theirs, targets["user"].id).items():
        rpc = by_name[name]
        for what, request, reasons in cases:
            refusal, answer = _refusal(rpc, doors["service"](rpc), request, people.with_intent(rpc.intent, mine.unit_path))
            if refusal is None or refusal.reason not in reasons:
                faults.append(f"{name} with {what}: {refusal.reason if refusal else answer}")
    assert not faults, "\n".join(faults)


def test_without_the_intent(matrix, people):
    for rpc in for_people(matrix):
        if rpc.intent:
            matrix.refused("without the intent", rpc, people.without_intent(rpc.intent, ROOT), NO_RIGHT)
    matrix.check()


def test_people_do_not_call_what_is_for_services(matrix, people, cast):
    for rpc in matrix.rpcs:
        if rpc.for_people or rpc.public:
            continue
        token = people.with_intent(rpc.intent, ROOT) or cast.supervisor.token()
        matrix.refused("a person", rpc, token, NOT_FOR_PEOPLE)
    matrix.check()


def test_services_call_nothing_but_what_is_theirs(matrix, service_tokens, cast):
    """Neither what is for people nor what another service is for, e.g. Reserve by the bank."""
    for rpc in guarded(matrix):
        for service, token in service_tokens.items():
            if not rpc.for_services or (rpc.intent and rpc.intent not in SERVICES[service]):
                matrix.refused(f"service {service}", rpc, token, NOT_FOR_PEOPLE, _for_tenant(cast.tenant))
    matrix.check()


def test_services_see_only_the_tenant_that_they_name(every_rpc, doors, service_tokens, cast, plots, foreigners):
    """Whole requests of the right service; the control shows that they find their target in its own tenant."""
    plot = _mine(plots)
    calls = foreign.of_services(plot, _reservation(cast, plot))
    service_only = {rpc.path.rsplit("/", 1)[1]: rpc for rpc in every_rpc if not (rpc.for_people or rpc.public)}
    assert calls.keys() == service_only.keys()
    faults = []
    for name, (service, request) in calls.items():
        rpc = service_only[name]
        for tenant, found in ((cast.tenant, True), ("foreign", False), ("nobody", False), ("", False)):
            refusal, answer = _refusal(rpc, doors["service"](rpc), request, service_tokens[service], _for_tenant(tenant))
            reason = refusal.reason if refusal else _item_reason(answer)
            if reason.endswith("_NOT_FOUND") == found:
                faults.append(f"{name} by {service} for tenant {tenant!r}: {reason or answer}")
    assert not faults, "\n".join(faults)


def test_the_right_person_is_let_in(matrix, people):
    for rpc in for_people(matrix):
        token = people.with_intent(rpc.intent, ROOT) if rpc.intent else None
        if token:
            matrix.let_in("control", rpc, token)
    matrix.check()


def test_an_open_stream_ends_when_its_session_is_revoked(cast, province):
    from fiscus.alerting.v1 import alerting_service_pb2 as alerting
    from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity
    from tools.province.api import Refusal, stable_id
    user = cast.admin.identity.CreateUser(identity.CreateUserRequest(
        request_id=stable_id("matrix", "watcher"), username="matrix-watcher", display_name="nobody", password=PASSWORD, keep_password=True,
        unit_path=ROOT, grants=[identity_pb2.Grant(role="auditor", unit_path=ROOT)]))
    session = cast.gateway.session(cast.tenant, "matrix-watcher", PASSWORD)
    stream = session.alerting.stream("WatchAlerts", alerting.WatchAlertsRequest(resume_token="v1.0"))
    assert next(stream).resume_token  # a change of the past: the stream is open
    cast.admin.identity.RevokeSessions(identity.RevokeSessionsRequest(request_id=stable_id("matrix", "revoke"), user_id=user.user_id))
    revoked_at = time.monotonic()
    with pytest.raises(grpc.RpcError) as end:
        for _ in stream:
            pass
    refusal = Refusal(end.value)
    assert (refusal.code, refusal.reason) == (Code.UNAUTHENTICATED, "TOKEN_REVOKED")
    assert refusal.figures["resume_token"]
    assert time.monotonic() - revoked_at < 60


@pytest.fixture(scope="module")
def service_tokens(stack):
    return {service: tokens.of_service(stack, service) for service in SERVICES}


def _for_tenant(tenant):
    """The header by which a service says for whom it acts."""
    return (("x-fiscus-tenant", tenant),) if tenant else ()


def _refusal(rpc, channel, request, token, metadata=()):
    """The refusal, or None and the answer."""
    from tools.province.api import Refusal
    try:
        return None, rpc.call(channel, request, token, metadata)
    except grpc.RpcError as error:
        return Refusal(error), None


def _item_reason(answer):
    """The reason of a batch's only item; of what is no batch: none."""
    items = next((getattr(answer, name) for name in ("results", "contexts") if hasattr(answer, name)), ())
    return items[0].status.reason if items else ""
