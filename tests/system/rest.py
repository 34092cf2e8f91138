"""REST and gRPC-Web through the gateway, with the standard library only."""

import http.client
import json
import ssl
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    body: dict
    text: str

    @property
    def reason(self):
        """ErrorInfo.reason of an error, else ''."""
        return next((d["reason"] for d in self.body.get("details", []) if "reason" in d), "")


def request(stack, method, path, body=None, token=None, headers=None):
    """One HTTPS request; `body` may be a dict (sent as JSON) or raw text."""
    sent = {"content-type": "application/json", **(headers or {})}
    status, content = _exchange(stack, method, path, json.dumps(body) if isinstance(body, dict) else body, token, sent)
    text = content.decode()
    try:
        parsed = json.loads(text) if text else {}
    except ValueError:
        parsed = {}
    return Answer(status, parsed if isinstance(parsed, dict) else {"items": parsed}, text)


def grpc_web(stack, path, message, token):
    """The bytes of the message that answers a gRPC-Web call, as a browser reads them."""
    body = b"\0" + len(message).to_bytes(4, "big") + message
    status, content = _exchange(stack, "POST", path, body, token, {"content-type": "application/grpc-web+proto"})
    length = int.from_bytes(content[1:5], "big")
    assert status == 200 and content[0] == 0, content
    trailers = content[5 + length:]
    assert trailers[0] == 0x80 and b"grpc-status:0" in trailers.replace(b" ", b""), trailers
    return content[5:5 + length]


def _exchange(stack, method, path, body, token, headers):
    context = ssl.create_default_context(cafile=stack.env["FISCUS_CA"])
    context.check_hostname = False
    connection = http.client.HTTPSConnection(stack.env["FISCUS_ENDPOINT"], context=context, timeout=20)
    try:
        try:
            connection.request(method, path, body, headers | ({"authorization": f"Bearer {token}"} if token else {}))
        except (ConnectionError, ssl.SSLEOFError):
            pass  # refused before all was sent: the answer is there to be read
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
