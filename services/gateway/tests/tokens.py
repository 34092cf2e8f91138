"""Signs tokens as identity does (ES256), with the openssl program: no library is needed for it."""

import base64
import json
import subprocess
import time


def encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Signer:
    """A key pair; `kid` names it."""

    def __init__(self, folder, kid):
        self.kid = kid
        self._key = folder / f"{kid}.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(self._key)], check=True)

    def jwk(self):
        """x and y of the public key, base64url: the last 64 bytes of its DER form."""
        der = subprocess.run(["openssl", "ec", "-in", str(self._key), "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        return encode(der[-64:-32]), encode(der[-32:])

    def token(self, **claims):
        """A token of issuer and audience `fiscus`, valid for a minute unless the claims say otherwise."""
        now = int(time.time())
        payload = {"iss": "fiscus", "aud": "fiscus", "sub": "somebody", "iat": now, "exp": now + 60} | claims
        header = {"alg": "ES256", "typ": "JWT", "kid": self.kid}
        signed = ".".join(encode(json.dumps(part).encode()) for part in (header, payload))
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self._key)], input=signed.encode(), check=True,
                             capture_output=True).stdout
        return f"{signed}.{encode(_raw(der))}"


def _raw(der):
    """SEQUENCE{INTEGER r, INTEGER s} → r‖s, 32 bytes each."""
    r_length = der[3]
    r, s = der[4:4 + r_length], der[6 + r_length:]
    return b"".join(int.from_bytes(part, "big").to_bytes(32, "big") for part in (r, s))
