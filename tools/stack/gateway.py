"""Envoy at the edge of a private instance: its certificates, its bootstrap and its process."""

import json
import os
import socket
import ssl
import subprocess
import sysconfig
import urllib.error
import urllib.request
from pathlib import Path

from tools.stack.process import Spec, StackError, base_env

_DAYS = "3650"


class Gateway:
    """The gateway of one instance; clients trust `ca`."""

    name = "gateway"
    ready_s = 30

    def __init__(self, directory, ports, build, backends, **settings):
        self._dir = Path(directory) / "gateway"
        self._ports = ports
        self._build = Path(build)
        self._backends = backends  # service → host:port
        self._settings = settings  # of the bootstrap, beside those made here
        self.ca = self._dir / "ca.pem"

    @property
    def address(self):
        return f"127.0.0.1:{self._ports[self.name]}"

    @property
    def admin(self):
        return f"127.0.0.1:{self._ports['gateway-admin']}"

    @property
    def metrics(self):
        return f"127.0.0.1:{self._ports['gateway-metrics']}"

    def prepare(self):
        self._dir.mkdir(exist_ok=True)
        if not self.ca.exists():
            self._make_certificates()
        self._write_bootstrap()

    def spec(self):
        # By path, not by import: our own package services/gateway/envoy must not be mistaken for it.
        binary = Path(sysconfig.get_path("purelib")) / "envoy" / "_bin" / "envoy"
        # No hot restart: it shares memory between all Envoys of a machine.
        return Spec(self.name, [str(binary), "-c", str(self._dir / "envoy.json"), "--disable-hot-restart",
                                "--concurrency", "2", "--log-level", "warning"])

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://{self.admin}/ready", timeout=1) as answer:
                if answer.status != 200:
                    return False
            context = ssl.create_default_context(cafile=str(self.ca))
            with socket.create_connection(("127.0.0.1", self._ports[self.name]), timeout=2) as raw, \
                    context.wrap_socket(raw, server_hostname="localhost"):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def _write_bootstrap(self):
        from services.gateway.envoy.api import read_services
        from services.gateway.envoy.bootstrap import Settings, bootstrap, secret
        protoset = self._build / "fiscus.protoset"
        openapi = self._build / "openapi" / "fiscus.swagger.json"
        services = [s for s in read_services(protoset.read_bytes()) if s.backend in self._backends]
        settings = Settings(
            protoset=str(protoset), listen=self.address, certificate=str(self._dir / "server.pem"),
            private_key=str(self._dir / "server.key"), secret=str(self._dir / "envoy.secret.json"), backends=self._backends,
            keys_listen=f"127.0.0.1:{self._ports['gateway-keys']}", admin_listen=self.admin, metrics_listen=self.metrics,
            openapi=str(openapi) if openapi.exists() else "", services=services, **self._settings)
        (self._dir / "envoy.json").write_text(json.dumps(bootstrap(settings), indent=1))
        Path(settings.secret).write_text(json.dumps(secret(settings), indent=1))

    def _make_certificates(self):
        """A certificate authority of this instance's own, and one server certificate for loopback."""
        (self._dir / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth\n")
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.new", "-days", _DAYS,
                      "-subj", "/CN=Fiscus private instance", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self._openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.new", "-CAkey", "ca.key", "-CAcreateserial",
                      "-out", "server.pem", "-days", _DAYS, "-extfile", "san")
        (self._dir / "ca.key").unlink()  # nothing else shall ever be signed with it
        (self._dir / "ca.new").rename(self.ca)
        os.chmod(self.ca, 0o644)

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self._dir, env=base_env(), text=True, capture_output=True,
                              umask=0o077, check=False)
        if done.returncode != 0:
            raise StackError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
