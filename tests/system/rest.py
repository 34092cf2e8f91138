"""REST through the gateway, with the standard library only."""

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
    context = ssl.create_default_context(cafile=stack.env["FISCUS_CA"])
    context.check_hostname = False
    connection = http.client.HTTPSConnection(stack.env["FISCUS_ENDPOINT"], context=context, timeout=20)
    sent = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    try:
        connection.request(method, path, json.dumps(body) if isinstance(body, dict) else body, sent)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    try:
        parsed = json.loads(text) if text else {}
    except ValueError:
        parsed = {}
    return Answer(response.status, parsed if isinstance(parsed, dict) else {"items": parsed}, text)
