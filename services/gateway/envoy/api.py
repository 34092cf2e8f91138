"""What the gateway must know of the API, read from the descriptor set that CMake builds."""

from dataclasses import dataclass, field

from google.api import annotations_pb2  # noqa: F401  registers google.api.http
from google.api import http_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_ACCESS = "fiscus.options.v1.access"
_PREFIX = "fiscus."


class ApiError(ValueError):
    """The descriptor set cannot be served; the message says which RPC and why."""


@dataclass(frozen=True)
class Rpc:
    """One method as the edge sees it."""

    service: str  # full name of the proto service
    name: str
    streaming: bool
    scope: str  # SCOPE_…
    callers: str  # CALLERS_…
    has_request_id: bool = False  # the same request_id and body give the same answer: a repeat does nothing twice
    http: tuple = ()  # (verb, template) pairs, the main binding first
    bodies: tuple = ()  # (verb, template, kind) of the bindings that take a body; kinds: see _Messages

    @property
    def path(self):
        """The path under which gRPC calls it."""
        return f"/{self.service}/{self.name}"

    @property
    def for_people(self):
        return self.callers != "CALLERS_SERVICE"

    @property
    def public(self):
        return self.scope == "SCOPE_PUBLIC"

    @property
    def read_only(self):
        """A read by HTTP's own rules: its main binding is a GET."""
        return bool(self.http) and self.http[0][0] == "GET"


@dataclass
class Service:
    """A proto service and the process that serves it (`fiscus.<backend>.v1.X`)."""

    name: str
    backend: str
    rpcs: list = field(default_factory=list)
    messages: dict = field(default_factory=dict)  # message → {field's name in JSON: kind}, of all that a body may hold


def read_services(protoset):
    """All services with an RPC for people, by full name; `protoset` is a serialised FileDescriptorSet."""
    files = descriptor_pb2.FileDescriptorSet.FromString(protoset)
    access_of = _access_reader(files)
    services = []
    messages = _Messages(files)
    for file in files.file:
        if not file.package.startswith(_PREFIX):
            continue
        for proto in file.service:
            service = Service(f"{file.package}.{proto.name}", file.package.split(".")[1])
            service.rpcs = [_rpc(service.name, method, access_of(method), messages) for method in proto.method]
            service.messages = messages.reached({kind for rpc in service.rpcs if rpc for _, _, kind in rpc.bodies})
            # Services without an access rule at all are no Fiscus API (the bank's adapter, for one).
            if any(rpc and rpc.for_people for rpc in service.rpcs):
                if None in service.rpcs:
                    raise ApiError(f"{service.name}: an RPC declares no access")
                services.append(service)
    return sorted(services, key=lambda service: service.name)


class _Messages:
    """The messages of the set. What a JSON value may be is its kind: a message's full name; "{}" and a kind for a map; False for all
    that has no fields of its own, or free ones."""

    # Their JSON is no object of their fields (google.protobuf: text, or free).
    _FREE = "google.protobuf."

    def __init__(self, files):
        self._all = {}
        for file in files.file:
            self._add(file.package, file.message_type)

    def _add(self, scope, messages):
        for message in messages:
            name = f"{scope}.{message.name}"
            self._all[name] = message
            self._add(name, message.nested_type)

    def has_request_id(self, name):
        return any(one.name == "request_id" for one in self._of(name).field)

    def body_kind(self, request, body):
        """The kind of the body of a binding with this `body`."""
        name = request.lstrip(".")
        return name if body == "*" else self._fields(name)[body]

    def reached(self, kinds):
        """The fields of these kinds' messages and of all below them."""
        found, todo = {}, list(kinds)
        while todo:
            name = (todo.pop() or "").removeprefix("{}")
            if name and name not in found:
                found[name] = self._fields(name)
                todo += found[name].values()
        return found

    def _of(self, name):
        return self._all.get(name.lstrip("."), descriptor_pb2.DescriptorProto())

    def _fields(self, name):
        return {key: self._kind(one) for one in self._of(name).field for key in (one.name, one.json_name)}

    def _kind(self, one):
        name = one.type_name.lstrip(".")
        if one.type != one.TYPE_MESSAGE or name.startswith(self._FREE):
            return False
        if self._of(name).options.map_entry:
            value = self._kind(self._of(name).field[1])
            return value and "{}" + value
        return name


def _rpc(service, method, access, messages):
    if access is None:
        return None
    rule = method.options.Extensions[annotations_pb2.http]
    bindings = [rule, *rule.additional_bindings] if method.options.HasExtension(annotations_pb2.http) else []
    rpc = Rpc(service, method.name, method.server_streaming, *access, messages.has_request_id(method.input_type),
              tuple(_binding(service, method, b) for b in bindings),
              tuple((*_binding(service, method, b), messages.body_kind(method.input_type, b.body)) for b in bindings if b.body))
    if rpc.http and not rpc.for_people:
        raise ApiError(f"{rpc.path} is for services only and must have no google.api.http rule")
    return rpc


def _binding(service, method, rule: http_pb2.HttpRule):
    verb = rule.WhichOneof("pattern")
    if verb in (None, "custom"):
        raise ApiError(f"/{service}/{method.name}: a google.api.http rule without a plain verb")
    return verb.upper(), getattr(rule, verb)


def _access_reader(files):
    """A function method → (scope, callers) names, or None; the option is read with the set's own definition of it."""
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    try:
        extension = pool.FindExtensionByName(_ACCESS)
    except KeyError:
        raise ApiError(f"the descriptor set does not define {_ACCESS}") from None
    options_type = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.protobuf.MethodOptions"))

    def read(method):
        options = options_type.FromString(method.options.SerializeToString())
        if not options.HasExtension(extension):
            return None
        access = options.Extensions[extension]
        fields = extension.message_type.fields_by_name
        return (fields["scope"].enum_type.values_by_number[access.scope].name,
                fields["callers"].enum_type.values_by_number[access.callers].name)

    return read
