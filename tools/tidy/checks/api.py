"""Rows 8, 9 and 11: RPCs, reasons and fields, read from the descriptor set that CMake builds."""

import re

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from tools.tidy.tree import Finding

_ACCESS = "fiscus.options.v1.access"
_UNIT = "fiscus.options.v1.unit"
_NUMBERS = {descriptor_pb2.FieldDescriptorProto.TYPE_INT32, descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
            descriptor_pb2.FieldDescriptorProto.TYPE_UINT32, descriptor_pb2.FieldDescriptorProto.TYPE_UINT64}


def snake(name):
    """GetJwks → get_jwks, WhoAmI → who_am_i."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def check_rpcs(tree):
    """Every RPC of a service has a comment, an access option, a handler and that handler's test."""
    api = _Api(tree)
    findings = list(api.errors)
    paths = {source.path for source in tree.sources}
    tests = _Tests(tree)
    for file, path, method in api.methods():
        service = file.package.split(".")[1]
        where = f"proto/{file.name}"
        line = api.line(file, path)
        if not api.comment(file, path):
            findings.append(Finding(where, line, f"{method.name} has no comment"))
        if not api.has_option(method.options, "MethodOptions", _ACCESS):
            findings.append(Finding(where, line, f"{method.name} declares no access"))
        folder = f"services/{service}/rpc"
        if not any(name.startswith(folder + "/") for name in paths):
            continue
        if f"{folder}/{snake(method.name)}.cc" not in paths:
            findings.append(Finding(where, line, f"{method.name} has no handler {folder}/{snake(method.name)}.cc"))
        if not tests.mention(service, method.name):
            findings.append(Finding(where, line, f"no test of {service} calls {method.name}"))
    return findings


def check_reasons(tree):
    """Every reason of a refusal occurs in a test of the service or of the system."""
    api = _Api(tree)
    findings = list(api.errors)
    tests = _Tests(tree)
    for file, path, enum in api.enums():
        if not enum.name.endswith("Reason"):
            continue
        service = file.package.split(".")[1]
        prefix = snake(enum.name).upper() + "_"
        for index, value in enumerate(enum.value):
            reason = value.name.removeprefix(prefix)
            if value.number == 0 or reason == "UNSPECIFIED":
                continue
            constant = "k" + "".join(part.capitalize() for part in reason.split("_"))
            if not tests.mention(service, reason, constant, value.name):
                findings.append(Finding(f"proto/{file.name}", api.line(file, path + (2, index)),
                                        f"no test of {service} mentions the reason {reason}"))
    return findings


def check_fields(tree):
    """Every field has a comment, and a number its unit."""
    api = _Api(tree)
    findings = list(api.errors)
    for file, path, field in api.fields():
        where, line = f"proto/{file.name}", api.line(file, path)
        if not api.comment(file, path):
            findings.append(Finding(where, line, f"{field.name} has no comment"))
        if field.type in _NUMBERS and file.syntax == "proto3" and not api.has_option(field.options, "FieldOptions", _UNIT):
            findings.append(Finding(where, line, f"{field.name} is a number without a unit"))
    return findings


class _Tests:
    """What the tests of each service say; those outside services/ speak for all."""

    def __init__(self, tree):
        self._words = {}
        for source in tree.sources:
            if source.path.endswith("_test.cc") or re.match(r"tests/.*\.(py|textproto)$", source.path):
                owner = source.path.split("/")[1] if source.path.startswith("services/") else "*"
                self._words.setdefault(owner, set()).update(re.findall(r"\w+", source.text))

    def mention(self, service, *names):
        return any(name in self._words.get(owner, ()) for owner in (service, "*") for name in names)


class _Api:
    """The descriptor set with its comments, our packages only."""

    def __init__(self, tree):
        self.errors = []
        self._files = []
        protoset = tree.build / "fiscus.protoset"
        if not protoset.exists():
            self.errors.append(Finding("proto", 1, f"{protoset} is missing: build first (tools/dev build)"))
            return
        files = descriptor_pb2.FileDescriptorSet.FromString(protoset.read_bytes())
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.Add(file)
        self._files = [file for file in files.file if file.package.startswith("fiscus.")]
        self._comments = {file.name: {tuple(location.path): location for location in file.source_code_info.location}
                          for file in self._files}

    def methods(self):
        for file in self._files:
            for s, service in enumerate(file.service):
                # The bank's adapter is not ours to guard: its methods carry no access at all.
                if any(self.has_option(m.options, "MethodOptions", _ACCESS) for m in service.method):
                    for m, method in enumerate(service.method):
                        yield file, (6, s, 2, m), method

    def enums(self):
        for file in self._files:
            for e, enum in enumerate(file.enum_type):
                yield file, (5, e), enum

    def fields(self):
        for file in self._files:
            for m, message in enumerate(file.message_type):
                for f, field in enumerate(message.field):
                    yield file, (4, m, 2, f), field

    def comment(self, file, path):
        location = self._comments[file.name].get(path)
        return location is not None and (location.leading_comments or location.trailing_comments).strip()

    def line(self, file, path):
        location = self._comments[file.name].get(path)
        return location.span[0] + 1 if location else 1

    def has_option(self, options, options_type, name):
        try:
            extension = self._pool.FindExtensionByName(name)
        except KeyError:
            return False
        message = message_factory.GetMessageClass(self._pool.FindMessageTypeByName(f"google.protobuf.{options_type}"))
        return message.FromString(options.SerializeToString()).HasExtension(extension)
