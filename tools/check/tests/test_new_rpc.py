"""A new RPC is a whole one: proto entry with a path of its own, request, handler, test."""

import pytest

from tools.check.new_rpc import NewRpcError, add_rpc

PROTO = '''service PaymentsService {
  // Holds.
  // Refuses: X.
  rpc GetPayment(GetPaymentRequest) returns (Payment) {
    option (google.api.http) = {get: "/v1/payments/{payment_id}"};
  }
  // Watches.
  rpc WatchPayments(WatchPaymentsRequest) returns (stream Payment) {}
}

// Asks.
message GetPaymentRequest {
  // Id.
  string payment_id = 1;
}
'''


@pytest.fixture(name="root")
def root_fixture(tmp_path):
    (tmp_path / "proto/fiscus/payments/v1").mkdir(parents=True)
    (tmp_path / "proto/fiscus/payments/v1/payments_service.proto").write_text(PROTO)
    rpc = tmp_path / "services/payments/rpc"
    rpc.mkdir(parents=True)
    (rpc / "get_payment.cc").write_text("v1::Payment GetPayment(const v1::GetPaymentRequest& request) {}\n")
    (rpc / "get_payment_test.cc").write_text('TEST_CASE("GetPayment answers") { GetPayment({}); }\n')
    return tmp_path


def test_it_follows_its_model(root):
    changed = add_rpc(root, "payments", "HoldPayment")
    assert changed == ["proto/fiscus/payments/v1/payments_service.proto", "services/payments/rpc/hold_payment.cc",
                       "services/payments/rpc/hold_payment_test.cc"]
    text = (root / changed[0]).read_text()
    assert 'rpc HoldPayment(HoldPaymentRequest) returns (Payment) {' in text
    assert '{get: "/v1/payments/{payment_id}:holdPayment"}' in text
    assert text.count("message HoldPaymentRequest {\n  // Id.\n  string payment_id = 1;\n}\n") == 1
    assert text.count("rpc GetPayment(") == 1 and text.count("message GetPaymentRequest {") == 1
    assert (root / changed[1]).read_text() == "v1::Payment HoldPayment(const v1::HoldPaymentRequest& request) {}\n"


@pytest.mark.parametrize("service, name, like, why", [
    ("payments", "GetPayment", None, "already"),
    ("payments", "hold", None, "no RPC name"),
    ("nothing", "HoldPayment", None, "no service"),
    ("payments", "HoldPayment", "Other", "no RPC Other"),
])
def test_it_refuses_what_it_cannot_do(root, service, name, like, why):
    with pytest.raises(NewRpcError, match=why):
        add_rpc(root, service, name, like)
