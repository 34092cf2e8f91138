"""The simulated bank's gRPC server: BankAdapterService and health."""

import threading
import time
from concurrent import futures

import grpc
from fiscus.bank.v1 import bank_adapter_pb2, bank_adapter_pb2_grpc
from fiscus.payments.v1 import payments_service_pb2

from tests.bank_simulator import behaviour
from tests.bank_simulator.book import Book

EVENTS_MAX = 1000
WAIT_MS_MAX = 20_000
# A call that gets no answer is held at most so long; its caller has given up before.
SILENCE_S = 30
_THREADS = 64
_HEALTHY = b"\x08\x01"  # grpc.health.v1.HealthCheckResponse{status: SERVING}


class Bank(bank_adapter_pb2_grpc.BankAdapterServiceServicer):
    """Serves until stopped."""

    def __init__(self, listen, state, settings):
        self._settings = settings
        self._book = Book(state, bank_adapter_pb2.TenantBankEvent.FromString)
        self._ending = threading.Event()
        self._teller = threading.Thread(target=self._tell, name="teller", daemon=True)
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=_THREADS))
        bank_adapter_pb2_grpc.add_BankAdapterServiceServicer_to_server(self, self._server)
        check = grpc.unary_unary_rpc_method_handler(lambda request, context: _HEALTHY)
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": check}),))
        self.port = self._server.add_insecure_port(listen)

    def start(self):
        self._teller.start()
        self._server.start()

    def stop(self, grace_s=1):
        self._ending.set()
        self._server.stop(grace_s).wait()
        self._teller.join()
        self._book.close()

    # RPCs

    def Instruct(self, request, context):  # noqa: N802, gRPC's name
        if not request.instruction_id or not request.tenant or request.amount.minor <= 0:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "an order needs an id, a tenant and an amount above zero")
        content = request.SerializeToString(deterministic=True)
        known = self._book.instruction(request.instruction_id)
        if known is not None:
            if known[0] != content:
                context.abort(grpc.StatusCode.ALREADY_EXISTS, "another order has this id")
            self._book.count_call(request.instruction_id)
            return self._answer(request.instruction_id)
        name = behaviour.behaviour_of(request.instruction_id, request.payee.account_no, self._settings)
        if name == "swallow" and self._book.swallow(request.instruction_id):
            self._stay_silent(context)
        now = time.time()
        planned = behaviour.plan(name, request.amount.minor, self._settings)
        self._book.take(request, content, name, [(now + p.after_ms / 1000, _message(request, p)) for p in planned])
        self._book.tell_due(now)
        if name == "silent":
            self._stay_silent(context)
        return self._answer(request.instruction_id)

    def QueryInstruction(self, request, context):  # noqa: N802
        if self._book.instruction(request.instruction_id) is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such order")
        return self._answer(request.instruction_id)

    def PullEvents(self, request, context):  # noqa: N802
        if request.after_cursor < 0 or request.max_events < 0 or request.wait_ms < 0:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "cursor, number and time must not be negative")
        limit = min(request.max_events or EVENTS_MAX, EVENTS_MAX)
        rows = self._book.events_after(request.after_cursor, limit, min(request.wait_ms, WAIT_MS_MAX) / 1000)
        response = bank_adapter_pb2.PullEventsResponse(next_cursor=rows[-1][0] if rows else request.after_cursor)
        for _, message in rows:
            response.events.append(bank_adapter_pb2.TenantBankEvent.FromString(message))
        return response

    # How

    def _answer(self, instruction_id):
        response = bank_adapter_pb2.InstructResponse(instruction_id=instruction_id)
        latest = self._book.latest(instruction_id)
        if latest is not None:
            response.latest.CopyFrom(bank_adapter_pb2.TenantBankEvent.FromString(latest).event)
        return response

    def _stay_silent(self, context):
        until = time.monotonic() + SILENCE_S
        while context.is_active() and time.monotonic() < until and not self._ending.wait(0.05):
            pass
        context.abort(grpc.StatusCode.UNAVAILABLE, "the bank is silent")

    def _tell(self):
        """Tells events when they are due."""
        while not self._ending.is_set():
            due = self._book.tell_due(time.time())
            pause = 0.2 if due is None else min(max(due - time.time(), 0.001), 0.2)
            self._book.wait_for_plan(pause)


def _message(order, planned):
    """The event as it will be told, serialised."""
    event = payments_service_pb2.BankEvent(
        event_id=f"{order.instruction_id}/{planned.label}", payment_id=order.instruction_id, kind=planned.kind,
        amount=planned.amount, bank_reference="SIM" + order.instruction_id.replace("-", "")[-16:], bank_code=planned.code,
        code_class=planned.code_class, value_date=order.value_date)
    if planned.kind == behaviour.RECEIPT:
        event.receipt_no = "HD" + order.instruction_id.replace("-", "")[-20:]
    return bank_adapter_pb2.TenantBankEvent(tenant=order.tenant, event=event).SerializeToString()
