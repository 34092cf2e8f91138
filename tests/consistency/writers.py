"""Many clients on few lines: each sends conflicting commands to either replica, loses some answers on purpose, and writes down what it saw."""

import random
import threading
import time
import uuid

import grpc
from tests.consistency.checker import READ
from tests.consistency.history import DONE, LOST, REFUSED, Attempt, Command, Entry, History

from tools.province.api import Refusal

DAY = "2026-03-15"
_ANSWER_LOST = (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
_KINDS = ("SUPPLEMENT", "REDUCE", "TRANSFER", "FREEZE", "UNFREEZE", "ENCUMBER", "LIQUIDATE", "RESERVE", "RESERVE", "RESERVE",
          "POST", "POST", "VOID", "APPROVE", READ)
_KINDS_PENDING = ("ALLOT", "ALLOT", "SUPPLEMENT", "REDUCE", "FREEZE", "UNFREEZE", READ)
_PENDING = 0.1       # of all commands are for the line that is allotted from
# Commands that only services may give.
_SERVICE = {"ENCUMBER": "projects", "LIQUIDATE": "projects", "RESERVE": "payments", "POST": "payments", "VOID": "payments"}
_IMPATIENT = 0.06    # of all calls are given up before their answer can be there
_REPEATED = 0.05     # of all answered calls are sent again
_TRIES = 400         # of one request: a replica that is killed comes back


class Ledger:
    """The budget service's replicas, as the people and the service that may write to it."""

    def __init__(self, addresses, tenant, unit_path, person_token, service_tokens, pending):
        from fiscus.budget.v1 import budget_pb2, budget_service_pb2, budget_service_pb2_grpc
        from fiscus.type.v1 import type_pb2
        self.pb, self.rpc, self._money = budget_pb2, budget_service_pb2, type_pb2.Money
        self._channels = [grpc.insecure_channel(address, [("grpc.max_reconnect_backoff_ms", 200)]) for address in addresses]
        self._stubs = [budget_service_pb2_grpc.BudgetServiceStub(channel) for channel in self._channels]
        self.unit_path, self._project, self.pending = unit_path, str(uuid.uuid4()), pending
        self._person = (("authorization", f"Bearer {person_token}"),)
        self._service = {name: (("authorization", f"Bearer {token}"), ("x-fiscus-tenant", tenant)) for name, token in service_tokens.items()}

    def call(self, request_id, command, replica, timeout_s):
        """The answer; raises grpc.RpcError."""
        method, request = self._request(request_id, command)
        metadata = self._service[_SERVICE[command.kind]] if command.kind in _SERVICE else self._person
        return getattr(self._stubs[replica % len(self._stubs)], method)(request, timeout=timeout_s, metadata=metadata)

    def close(self):
        for channel in self._channels:
            channel.close()

    def journal(self, line):
        """The line's entries in the ledger's order."""
        request, entries = self.rpc.ListEntriesRequest(line_id=line, page_size=1000), []
        while True:
            page = self._stubs[0].ListEntries(request, metadata=self._person, timeout=20)
            entries += [self.entry(e) for e in page.entries]
            if not page.next_page_token:
                return entries
            request.page_token = page.next_page_token

    def entry(self, e):
        return Entry(e.line_id, e.line_version, self.pb.Operation.Name(e.operation).removeprefix("OPERATION_"), e.amount, e.request_id)

    def _request(self, request_id, c):
        amount = self._money(minor=c.amount, currency="CNY")
        common = {"request_id": request_id, "amount": amount, "effective_date": DAY}
        match c.kind:
            case "APPROVE":
                return "ApproveLine", self.rpc.ApproveLineRequest(line=self._line(c.line), **common)
            case "SUPPLEMENT" | "REDUCE":
                return "AdjustLine", self.rpc.AdjustLineRequest(line_id=c.line, decrease=c.kind == "REDUCE", document_no="d",
                                                                expected_version=c.expected_version, **common)
            case "TRANSFER":
                return "TransferBudget", self.rpc.TransferBudgetRequest(from_line_id=c.line, to_line_id=c.counter, document_no="d", **common)
            case "ALLOT":
                return "AllotLine", self.rpc.AllotLineRequest(parent_line_id=c.line, child=self._line(c.counter), document_no="d", **common)
            case "FREEZE" | "UNFREEZE":
                return "FreezeAmount", self.rpc.FreezeAmountRequest(line_id=c.line, release=c.kind == "UNFREEZE", document_no="d", **common)
            case "ENCUMBER":
                return "Encumber", self.rpc.EncumberRequest(line_id=c.line, contract_id=c.contract, project_id=self._project, **common)
            case "LIQUIDATE":
                return "Liquidate", self.rpc.LiquidateRequest(line_id=c.line, contract_id=c.contract, **common)
            case "RESERVE":
                return "Reserve", self.rpc.ReserveRequest(reservation_id=c.reservation, line_id=c.line, contract_id=c.contract,
                                                          project_id=self._project, **common)
            case "POST":
                return "Post", self.rpc.PostRequest(reservation_id=c.reservation, **common)
            case "VOID":
                return "Void", self.rpc.VoidRequest(request_id=request_id, reservation_id=c.reservation, effective_date=DAY, reason="r")
        return "GetLine", self.rpc.GetLineRequest(line_id=c.line)

    def _line(self, line_id):
        pending = line_id == self.pending
        return self.pb.BudgetLine(line_id=line_id, code=f"C-{line_id}", document_no="d", unit_path=self.unit_path,
                                  project_id="" if pending else self._project, fiscal_year=2026, currency="CNY",
                                  mode=self.pb.LINE_MODE_CONTROLLED,
                                  state=self.pb.LINE_STATE_PENDING_ALLOTMENT if pending else self.pb.LINE_STATE_ACTIVE,
                                  classification=self.pb.Classification(function_class="2050202", fund_nature="general"))


class Scene:
    """What the writers share: lines, lines that several of them try to approve, contracts, and reservations that anybody may resolve."""

    def __init__(self, seed, lines, contested):
        chance = random.Random(seed)
        self._ids = chance
        self._lock = threading.Lock()
        self.lines = [self.new_id() for _ in range(lines)]
        self.contested = [self.new_id() for _ in range(contested)]
        self.contracts = [self.new_id() for _ in range(3)]
        self.reservations = [(self.lines[0], self.new_id(), 1)]
        self.pending = self.new_id()
        self.children = []
        self.version = {}

    def new_id(self):
        with self._lock:
            return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    def command(self, chance):
        """Any command that somebody could send now."""
        if chance.random() < _PENDING:
            return self._allotment(chance)
        kind, line, amount = chance.choice(_KINDS), chance.choice(self.lines), chance.randint(1, 900)
        if kind == "APPROVE":
            return Command(kind, chance.choice(self.contested), chance.randint(1, 2))
        if kind == "TRANSFER":
            return Command(kind, line, amount, counter=chance.choice([other for other in self.lines if other != line]))
        if kind in ("ENCUMBER", "LIQUIDATE"):
            return Command(kind, line, amount, contract=chance.choice(self.contracts))
        if kind == "RESERVE":
            contract = chance.choice(self.contracts) if chance.random() < 0.3 else ""
            reservation = self.new_id()
            self.reservations.append((line, reservation, amount))
            return Command(kind, line, amount, reservation=reservation, contract=contract)
        if kind in ("POST", "VOID"):
            # The youngest, so that several writers meet at one.
            line, reservation, reserved = chance.choice(self.reservations[-24:])
            paid = reserved + chance.choice((0, 0, 0, -1, 1))
            return Command(kind, line, max(paid, 1) if kind == "POST" else 0, reservation=reservation)
        if kind in ("SUPPLEMENT", "REDUCE") and chance.random() < 0.5:
            return Command(kind, line, amount, expected_version=self.version.get(line, 1))
        return Command(kind, line, 0 if kind == READ else amount)

    def _allotment(self, chance):
        kind, amount = chance.choice(_KINDS_PENDING), chance.randint(1, 900)
        if kind != "ALLOT":
            return Command(kind, self.pending, 0 if kind == READ else amount)
        self.children.append(self.new_id())
        return Command(kind, self.pending, amount, counter=self.children[-1])


class Writers:
    """Runs `count` clients for `seconds`; `run` gives the history with the journal."""

    def __init__(self, ledger, scene, count, seed):
        self._ledger, self._scene, self._count, self._seed = ledger, scene, count, seed
        self._attempts, self.broken = [], []

    def run(self, seconds, meanwhile=lambda: None):
        for line in (*self._scene.lines, self._scene.pending):
            self._settle(Command("APPROVE", line, 20_000), random.Random(0))
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._write, args=(random.Random(f"{self._seed}/{n}"), until)) for n in range(self._count)]
        for thread in threads:
            thread.start()
        meanwhile()
        for thread in threads:
            thread.join()
        time.sleep(1)  # calls that were given up may still be under way; afterwards the journal is final
        lines = [line for line in (*self._scene.lines, self._scene.pending, *self._scene.contested, *self._scene.children)
                 if self._exists(line)]
        return History(self._attempts, {line: self._ledger.journal(line) for line in lines})

    def _exists(self, line):
        attempt = self._try(str(uuid.uuid4()), Command(READ, line), 0, 10)
        return attempt.outcome == DONE

    def _write(self, chance, until):
        try:
            while time.monotonic() < until:
                self._settle(self._scene.command(chance), chance)
        except Exception as failure:  # told by the test
            self.broken.append(repr(failure))

    def _settle(self, command, chance):
        """Sends one command until it is answered, now and then once more, or gives it up with its answer."""
        request_id = self._scene.new_id()
        for number in range(_TRIES):
            impatient = number == 0 and chance.random() < _IMPATIENT
            attempt = self._try(request_id, command, chance.randrange(2), chance.uniform(0.0005, 0.03) if impatient else 20)
            self._attempts.append(attempt)
            if attempt.outcome == LOST and chance.random() < 0.9:
                if not impatient:
                    time.sleep(0.05)
                continue
            if attempt.outcome != DONE or command.kind == READ or chance.random() > _REPEATED:
                return

    def _try(self, request_id, command, replica, timeout_s):
        invoked = time.monotonic()
        try:
            answer = self._ledger.call(request_id, command, replica, timeout_s)
        except grpc.RpcError as error:
            returned = time.monotonic()
            if error.code() in _ANSWER_LOST:
                return Attempt(request_id, command, invoked, outcome=LOST)
            refusal = Refusal(error)
            if not refusal.reason:
                raise
            available = refusal.figures.get("available")
            return Attempt(request_id, command, invoked, returned, REFUSED, refusal.reason,
                           available=None if available is None else int(available))
        return self._done(request_id, command, invoked, time.monotonic(), answer)

    def _done(self, request_id, command, invoked, returned, answer):
        line = answer if command.kind == READ else answer.line
        self._scene.version[line.line_id] = line.version
        entries = tuple(self._ledger.entry(e) for e in answer.entries) if hasattr(answer, "entries") else None
        return Attempt(request_id, command, invoked, returned, DONE, entries=entries, line_version=line.version,
                       available=line.balances.available)
