"""Tokens that no server may accept."""

import base64
import hashlib
import hmac
import json
import subprocess
import tempfile
import time
from pathlib import Path

import grpc

_TTL_LINE = "access_token_ttl_s: 1\n"
_SKEW_S = 5


def forgeries(token, jwks):
    """Name → token: the good token's claims, raised or kept, under signatures that the issuer never made."""
    header, payload, signature = token.split(".")
    kid = _read(header)["kid"]
    claims = _read(payload)
    held = {intent for grant in claims.get("grants", []) for intent in grant["i"]}
    # More than anybody's: intents of people and of two services, everywhere.
    raised = claims | {"grants": [{"p": "/", "i": sorted(held | {"budget.approve", "budget.reserve", "payments.bank"})}]}
    key = next(k for k in jwks["keys"] if k["kid"] == kid)
    public = json.dumps(key, separators=(",", ":")).encode()
    none = _write({"alg": "none", "typ": "JWT"})
    shared = _write({"alg": "HS256", "typ": "JWT", "kid": kid})
    return {
        "changed claims": f"{header}.{_write(raised)}.{signature}",
        "another tenant": f"{header}.{_write(claims | {'tenant': 'other'})}.{signature}",
        "a service of all tenants": f"{header}.{_write(claims | {'svc': 'matrix', 'tenant': '*'})}.{signature}",
        "longer life": f"{header}.{_write(claims | {'exp': claims['exp'] + 10**6})}.{signature}",
        "alg none": f"{none}.{payload}.",
        "alg none with signature": f"{none}.{payload}.{signature}",
        "the public key as a secret": _signed_hs256(f"{shared}.{payload}", public),
        "another key under our kid": _signed_es256(f"{header}.{payload}"),
        "a key that nobody knows": _signed_es256(f"{_write(_read(header) | {'kid': 'nobody'})}.{payload}"),
        "cut": token[:-10],
        "no token at all": "x",
    }


def of_service(stack, service):
    """What identity gives this service for its secret."""
    from fiscus.identity.v1 import identity_service_pb2 as identity, identity_service_pb2_grpc as identity_grpc
    with grpc.insecure_channel(stack.address("identity")) as channel:
        return identity_grpc.IdentityServiceStub(channel).ExchangeServiceToken(identity.ExchangeServiceTokenRequest(
            service=service, secret=stack.vault[f"service:{service}"]), timeout=10).access_token


def expired(stack, issue):
    """Tokens that the issuer signed and that have run out: while `issue` asks for them (name → token), identity gives them one second."""
    config = Path(stack.directory) / "identity" / "config.textproto"
    text = config.read_text()
    try:
        stack.stop("identity")
        config.write_text(_TTL_LINE + text)
        stack.start("identity")
        issued = issue()
    finally:
        config.write_text(text)
        stack.stop("identity")
        stack.start("identity")
    ends = max(_read(token.split(".")[1])["exp"] for token in issued.values())
    time.sleep(max(0, ends + _SKEW_S + 2 - time.time()))
    return issued


def _read(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _write(value):
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _signed_hs256(text, secret):
    return f"{text}.{_encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _signed_es256(text):
    """Signed with a fresh P-256 key, as RFC 7518 §3.4 wants it."""
    with tempfile.TemporaryDirectory() as directory:
        key = Path(directory) / "key.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key)], check=True,
                       capture_output=True)
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(key)], input=text.encode(), check=True,
                             capture_output=True).stdout
    # SEQUENCE { INTEGER r, INTEGER s } → r ‖ s, 32 bytes each.
    length = der[3]
    r, s = der[4:4 + length], der[6 + length:]
    raw = b"".join(int.from_bytes(number, "big").to_bytes(32, "big") for number in (r, s))
    return f"{text}.{_encode(raw)}"
