"""The network between the processes of an instance, where tests want to break it: a toxiproxy on loopback, one proxy for each pair of
client and server. Processes are told the proxy's address and know nothing of it."""

import json
import urllib.error
import urllib.request

from tools.stack.paths import cache
from tools.stack.process import Spec, StackError

_BINARY = "toxiproxy"
_SILENT = "silent"  # the toxic that swallows everything and closes nothing: as packets that are lost
_LATE = "late"


class Links:
    """All links of one instance. A broken link breaks both directions; mended, its old connections are gone."""

    name = "links"
    ready_s = 20

    def __init__(self, ports):
        self._ports = ports

    @property
    def address(self):
        return f"127.0.0.1:{self._ports[self.name]}"

    def prepare(self):
        if not (cache() / "bin" / _BINARY).exists():
            raise StackError(f"{_BINARY} is not in {cache() / 'bin'}: run tools/setup/setup.sh faults")

    def spec(self):
        host, port = self.address.split(":")
        return Spec(self.name, [str(cache() / "bin" / _BINARY), "-host", host, "-port", port])

    def ready(self):
        try:
            self._call("GET", "/proxies")
        except OSError:
            return False
        return True

    def between(self, client, server, upstream):
        """The address at which `client` reaches `server`, which listens on `upstream`; the proxy is made when it is first asked for."""
        listen = f"127.0.0.1:{self._ports[f'link-{client}-{server}']}"
        if self._name(client, server) not in self._call("GET", "/proxies"):
            self._call("POST", "/proxies", {"name": self._name(client, server), "listen": listen, "upstream": upstream, "enabled": True})
        return listen

    def cut(self, client, server):
        """Nothing passes any more, and nobody is told: connections stay open, new ones open and are silent."""
        self._poison(client, server, _SILENT, "timeout", {"timeout": 0})

    def slow(self, client, server, latency_ms, jitter_ms):
        """Everything passes, late."""
        self._poison(client, server, _LATE, "latency", {"latency": latency_ms, "jitter": jitter_ms})

    def reset(self, client, server):
        """Closes every connection; new ones are accepted at once."""
        path = f"/proxies/{self._name(client, server)}"
        self._call("POST", path, {"enabled": False})
        self._call("POST", path, {"enabled": True})

    def mend(self, client, server):
        """As it was. What was swallowed is lost for good, so connections that lived through it are closed."""
        path = f"/proxies/{self._name(client, server)}"
        self._call("POST", path, {"enabled": False})
        for toxic in self._call("GET", f"{path}/toxics"):
            self._call("DELETE", f"{path}/toxics/{toxic['name']}")
        self._call("POST", path, {"enabled": True})

    def _poison(self, client, server, name, kind, attributes):
        for stream in ("upstream", "downstream"):
            self._call("POST", f"/proxies/{self._name(client, server)}/toxics", {
                "name": f"{name}-{stream}", "type": kind, "stream": stream, "toxicity": 1.0, "attributes": attributes})

    @staticmethod
    def _name(client, server):
        return f"{client}-{server}"

    def _call(self, method, path, body=None):
        request = urllib.request.Request(f"http://{self.address}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refused:
            raise StackError(f"toxiproxy refused {method} {path}: {refused.read().decode(errors='replace')}") from refused
        return json.loads(text) if text else None
