"""The simulated bank itself: each behaviour's events, idempotence, silence, and a book that outlives the process."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import grpc
import pytest
from fiscus.bank.v1 import bank_adapter_pb2 as bank
from fiscus.bank.v1 import bank_adapter_pb2_grpc

from tests.bank_simulator import behaviour
from tests.bank_simulator.behaviour import ACCEPTED, CLEARED, RECEIPT, REFUNDED, REJECTED, Settings
from tests.bank_simulator.server import Bank

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(name="stub")
def _stub(tmp_path):
    server = Bank("127.0.0.1:0", str(tmp_path / "bank.db"), Settings(clear_ms=10, receipt_ms=5, refund_ms=5))
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield bank_adapter_pb2_grpc.BankAdapterServiceStub(channel)
    server.stop()


def _order(account="6222", amount=1000):
    order = bank.InstructRequest(instruction_id=str(uuid.uuid4()), tenant="t1", value_date="2026-03-10")
    order.amount.minor, order.amount.currency = amount, "CNY"
    order.payee.name, order.payee.account_no = "Builder", account
    return order


def _events(stub, order, count, timeout_s=5):
    """The first `count` events of an order."""
    events, cursor, until = [], 0, time.monotonic() + timeout_s
    while len(events) < count and time.monotonic() < until:
        page = stub.PullEvents(bank.PullEventsRequest(after_cursor=cursor, max_events=100, wait_ms=200), timeout=5)
        cursor = page.next_cursor
        events += [item.event for item in page.events if item.event.payment_id == order.instruction_id]
    return events


@pytest.mark.parametrize("account, kinds", [
    ("6222", [ACCEPTED, CLEARED, RECEIPT]),
    ("9911", [ACCEPTED, REJECTED]),
    ("9921", [ACCEPTED, CLEARED, RECEIPT]),
    ("9941", [ACCEPTED, ACCEPTED, CLEARED, CLEARED, CLEARED, RECEIPT, RECEIPT, RECEIPT]),
    ("9942", [ACCEPTED, CLEARED, RECEIPT, ACCEPTED, CLEARED, RECEIPT]),
    ("9943", [RECEIPT, CLEARED, ACCEPTED]),
    ("9944", [ACCEPTED, CLEARED, RECEIPT, REJECTED, CLEARED]),
    ("9945", [ACCEPTED, REJECTED, CLEARED]),
    ("9951", [ACCEPTED, CLEARED, RECEIPT]),
    ("9961", [ACCEPTED, CLEARED, RECEIPT, REFUNDED]),
])
def test_each_account_has_its_events(stub, account, kinds):
    order = _order(account)
    stub.Instruct(order, timeout=5)
    assert [event.kind for event in _events(stub, order, len(kinds))] == kinds


def test_amounts_codes_and_dates(stub):
    half, rejected = _order("9951", 1001), _order("9913")
    stub.Instruct(half, timeout=5)
    stub.Instruct(rejected, timeout=5)
    cleared = _events(stub, half, 2)[1]
    assert (cleared.amount, cleared.value_date) == (500, "2026-03-10")
    event = _events(stub, rejected, 2)[1]
    assert (event.bank_code, event.code_class) == ("AM04", "DEBTOR_ACCOUNT")


def test_an_order_is_taken_once(stub):
    order = _order()
    assert stub.Instruct(order, timeout=5).latest.kind == ACCEPTED
    _events(stub, order, 3)
    assert stub.Instruct(order, timeout=5).latest.kind == RECEIPT
    assert len(_events(stub, order, 4, timeout_s=0.5)) == 3
    order.amount.minor += 1
    with pytest.raises(grpc.RpcError) as error:
        stub.Instruct(order, timeout=5)
    assert error.value.code() == grpc.StatusCode.ALREADY_EXISTS


def test_bad_orders_are_refused(stub):
    with pytest.raises(grpc.RpcError) as error:
        stub.Instruct(_order(amount=0), timeout=5)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as error:
        stub.QueryInstruction(bank.QueryInstructionRequest(instruction_id="nobody"), timeout=5)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_silent_bank_takes_the_order_and_a_swallowing_one_does_not(stub):
    silent, swallowed = _order("9931"), _order("9932")
    for order in (silent, swallowed):
        with pytest.raises(grpc.RpcError) as error:
            stub.Instruct(order, timeout=0.3)
        assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    stub.QueryInstruction(bank.QueryInstructionRequest(instruction_id=silent.instruction_id), timeout=5)
    with pytest.raises(grpc.RpcError) as error:
        stub.QueryInstruction(bank.QueryInstructionRequest(instruction_id=swallowed.instruction_id), timeout=5)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    stub.Instruct(swallowed, timeout=5)
    assert len(_events(stub, swallowed, 3)) == 3


def test_shares_are_exact_functions_of_seed_and_order():
    settings = Settings(reject_bp=2000)
    names = [behaviour.behaviour_of(f"order-{i}", "6222", settings) for i in range(2000)]
    assert names == [behaviour.behaviour_of(f"order-{i}", "6222", settings) for i in range(2000)]
    assert 300 < names.count("reject_closed") < 500
    assert set(names) == {"clear", "reject_closed"}


def test_the_book_outlives_a_killed_process(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "tests.bank_simulator", "--listen", address, "--state", str(tmp_path / "bank.db"),
               "--clear-ms", "1500"]
    order = _order()

    def run(use):
        process = subprocess.Popen(command, cwd=REPO, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
        try:
            with grpc.insecure_channel(address) as channel:
                grpc.channel_ready_future(channel).result(timeout=20)
                return use(bank_adapter_pb2_grpc.BankAdapterServiceStub(channel))
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    run(lambda stub: stub.Instruct(order, timeout=5))
    assert [event.kind for event in run(lambda stub: _events(stub, order, 3))] == [ACCEPTED, CLEARED, RECEIPT]
