"""Every RPC of a running server, found by reflection, and how to call it with nothing but what its access rule names."""

import uuid
from dataclasses import dataclass

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

_INFRASTRUCTURE = ("grpc.health.", "grpc.reflection.")
SELF, PUBLIC, FIELD, RESOURCE, CALLER, TENANT = "SELF", "PUBLIC", "FIELD", "RESOURCE", "CALLER", "TENANT"


@dataclass
class Rpc:
    service: str   # our name, e.g. "payments"
    path: str      # "/fiscus.payments.v1.PaymentsService/SubmitPayment"
    request: type
    response: type
    streams: bool
    intent: str
    scope: str
    unit_fields: list
    resource: str
    resource_fields: list
    for_people: bool
    for_services: bool

    @property
    def public(self):
        return self.scope == PUBLIC

    @property
    def names_a_unit(self):
        """True if the request itself says what it concerns."""
        return self.scope in (FIELD, RESOURCE)

    def fill(self, unit, id_):
        """A request with only its id and the fields that authorisation looks at; nearly every write lacks something then."""
        message = self._empty()
        for path in self.unit_fields:
            _put(message, path.split("."), [unit])
        for path in self.resource_fields:
            _put(message, path.split("."), [id_])
        return message

    def half_foreign(self, mine, theirs):
        """Requests of several ends, units or ids: each with one end of theirs and all others mine; none if there is one end only."""
        paths = self.unit_fields or self.resource_fields
        for foreign in paths if len(paths) > 1 else ():
            message = self._empty()
            for path in paths:
                _put(message, path.split("."), [theirs if path == foreign else mine])
            yield message
        for values in ((mine, theirs), (theirs, mine)):
            if paths and all(_repeats(self.request.DESCRIPTOR, path.split(".")) for path in paths):
                message = self._empty()
                for path in paths:
                    _put(message, path.split("."), values)
                yield message

    def narrowed(self, values):
        """Requests of a list or total with each of its filters set to what `values` has for the filter's name."""
        for name in sorted(values.keys() & self.request.DESCRIPTOR.fields_by_name.keys()):
            message = self._empty()
            setattr(message, name, values[name])
            yield message

    def _empty(self):
        message = self.request()
        if "request_id" in message.DESCRIPTOR.fields_by_name:
            message.request_id = str(uuid.uuid4())
        return message

    def call(self, channel, message, token=None, metadata=(), timeout_s=10):
        """The first answer; raises grpc.RpcError. A stream that stays silent gives None."""
        headers = list(metadata) + ([("authorization", f"Bearer {token}")] if token else [])
        options = {"request_serializer": self.request.SerializeToString, "response_deserializer": self.response.FromString}
        if not self.streams:
            return channel.unary_unary(self.path, **options)(message, metadata=headers, timeout=timeout_s)
        stream = channel.unary_stream(self.path, **options)(message, metadata=headers, timeout=1)
        try:
            return next(stream, None)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                return None
            raise


def by_reflection(service, address):
    """The RPCs that a server says it has."""
    with grpc.insecure_channel(address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = descriptor_pool.DescriptorPool(database)
        names = [name for name in database.get_services() if not name.startswith(_INFRASTRUCTURE)]
        return [_rpc(service, method) for name in names for method in pool.FindServiceByName(name).methods]


def declared(protoset):
    """Paths of the RPCs in the descriptor set that the build makes, but for the bank's adapter, which banks implement."""
    files = descriptor_pb2.FileDescriptorSet.FromString(protoset.read_bytes())
    return {f"/{file.package}.{service.name}/{method.name}" for file in files.file
            if file.package.startswith("fiscus.") and file.package != "fiscus.bank.v1"
            for service in file.service for method in service.method}


def _access(options):
    from fiscus.options.v1 import options_pb2
    return descriptor_pb2.MethodOptions.FromString(options.SerializeToString()).Extensions[options_pb2.access]


def _rpc(service, method):
    from fiscus.options.v1 import options_pb2
    access = _access(method.GetOptions())
    return Rpc(service=service, path=f"/{method.containing_service.full_name}/{method.name}",
               request=message_factory.GetMessageClass(method.input_type),
               response=message_factory.GetMessageClass(method.output_type), streams=method.server_streaming,
               intent=access.intent, scope=options_pb2.Scope.Name(access.scope).removeprefix("SCOPE_"),
               unit_fields=list(access.unit_field), resource=access.resource, resource_fields=list(access.resource_field),
               for_people=access.callers != options_pb2.CALLERS_SERVICE,
               for_services=access.callers != options_pb2.CALLERS_UNSPECIFIED)


def _is_repeated(field):
    return field.label == field.LABEL_REPEATED if hasattr(field, "label") else field.is_repeated


def _repeats(descriptor, path):
    field = descriptor.fields_by_name[path[0]]
    return _is_repeated(field) or (len(path) > 1 and _repeats(field.message_type, path[1:]))


def _put(message, path, values):
    """Sets the field; of a repeated one on the way an element per value."""
    field = message.DESCRIPTOR.fields_by_name[path[0]]
    if not _is_repeated(field):
        if len(path) > 1:
            _put(getattr(message, path[0]), path[1:], values)
        else:
            setattr(message, path[0], *values)
    elif len(path) > 1:
        for value in values:
            _put(getattr(message, path[0]).add(), path[1:], [value])
    else:
        getattr(message, path[0]).extend(values)
