#!/usr/bin/python3
"""Makes the table of `fiscus explain` out of the protos: every value of an enum named *Reason with its comment.

    gen_reasons.py fiscus.protoset reasons.cc
"""

import json
import re
import sys

from google.protobuf import descriptor_pb2

# Reasons that the libraries give for every service (libs/rpc, libs/pg) and those of the command line itself.
COMMON = [
    ("REQUEST_ID_REUSED", "fiscus.rpc", "This request id was used before with another content. Use a new id for a new write."),
    ("FIELD_INVALID", "fiscus.rpc", "A field is malformed; the error names it and says how to mend it."),
    ("NOT_LOGGED_IN", "fiscus.cli", "There is no token, or the session ended. Run `fiscus login`."),
]
_ENUM_TYPE = 5  # FileDescriptorProto.enum_type
_VALUE = 2  # EnumDescriptorProto.value


def reasons(descriptors):
    for file in descriptors.file:
        comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
        for index, enum in enumerate(file.enum_type):
            if not enum.name.endswith("Reason"):
                continue
            for number, value in enumerate(enum.value):
                if value.number != 0:
                    comment = comments.get((_ENUM_TYPE, index, _VALUE, number), "")
                    yield value.name, file.package, " ".join(comment.split())


def literal(text):
    """A C++ string literal; JSON's escapes are also C++'s but for characters outside ASCII, which stay as they are."""
    return json.dumps(text, ensure_ascii=False)


def main(protoset, target):
    descriptors = descriptor_pb2.FileDescriptorSet()
    with open(protoset, "rb") as file:
        descriptors.ParseFromString(file.read())
    found = {(name, domain): text for name, domain, text in COMMON}
    found.update({(name, domain): text for name, domain, text in reasons(descriptors)})
    lines = [
        f"    {{{literal(name)}, {literal(domain)}, {literal(re.sub(r'^Not used[.]$', '', text))}}},"
        for (name, domain), text in sorted(found.items())
    ]
    with open(target, "w", encoding="utf-8") as file:
        file.write('#include "tools/fiscus/cli/errors.h"\n\nnamespace fiscus::cli {\n\nconst ReasonHelp kReasons[] = {\n')
        file.write("\n".join(lines))
        file.write("\n};\nconst unsigned kReasonCount = sizeof kReasons / sizeof kReasons[0];\n\n}  // namespace fiscus::cli\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
