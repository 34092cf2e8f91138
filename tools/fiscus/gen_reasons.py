#!/usr/bin/python3
"""Makes the table of `fiscus explain` out of the protos: every value of an enum named *Reason with its comment.

    gen_reasons.py fiscus.protoset reasons.cc
"""

import json
import re
import sys

from google.protobuf import descriptor_pb2

# Reasons that stand in no proto: those that the libraries give for every service (libs/rpc, libs/pg), the gateway's own, those of the
# cells and rows of an import (libs/tabular), and those of the command line itself. tests/test_reasons.py holds them against the code.
OTHERS = {
    "fiscus.rpc": {
        "BACKEND_UNAVAILABLE": "A database or another service does not answer, or too many calls were at the same rows. Try again.",
        "CANCELLED": "The caller went away before the answer.",
        "DEADLINE_EXCEEDED": "The time limit passed; whether the call had an effect is not known. Repeat it with the same request id.",
        "DEADLINE_TOO_SHORT": "The call's time limit leaves no time to do it. Nothing was done; give it more time.",
        "EVENT_TOO_LARGE": "What the call would publish is larger than an event may be (900 KiB). Do it in parts.",
        "FIELD_INVALID": "A field is malformed; the error names it and says how to mend it.",
        "INTENT_MISSING": "None of your roles allows this (metadata `intent`). `fiscus whoami` lists your grants; an administrator gives roles.",
        "INTERNAL_ERROR": "A fault of the service. Quote the correlation id to the operator, who finds the cause in the log.",
        "OUT_OF_SCOPE": "You may do this, but not for this unit; `fiscus whoami` says for which.",
        "PAGE_TOKEN_INVALID": "The page token belongs to another list, filter or caller, or was changed. Begin with the first page.",
        "QUEUE_FULL": "The service has more work than it can take. Nothing was done; try again after the time that the error names.",
        "REQUEST_ID_REUSED": "This request id was used before with another content. Use a new id for a new write.",
        "TOKEN_EXPIRED": "The access token has ended. Refresh it; the command line does so by itself.",
        "TOKEN_INVALID": "The token is none of this installation's, or damaged. Log in again.",
        "TOKEN_MISSING": "The call carries no token. Log in first.",
        "TOKEN_REVOKED": "The session was ended: by a logout, a changed password or an administrator. Log in again.",
        "UNIMPLEMENTED": "The service does not have this.",
        "WRONG_CALLER": "Only services (or only people) may call this.",
    },
    "fiscus.gateway": {
        "ACCESS_DENIED": "The gateway does not let this call in.",
        "DEADLINE_EXCEEDED": "The service did not answer in time; whether the call had an effect is not known. Repeat it with the same request id.",
        "GATEWAY_FAILED": "The gateway failed. Quote the request id to the operator.",
        "MALFORMED_REQUEST": "The request cannot be read: it is no valid HTTP, JSON or Protobuf for this method.",
        "NO_SUCH_METHOD": "There is no method at this path.",
        "REQUEST_TOO_LARGE": "The request or its headers are larger than the gateway takes. Send it in parts.",
        "REQUEST_TOO_SLOW": "The request did not arrive in time. Try again on a better line, or in parts.",
        "SERVICE_UNAVAILABLE": "The service does not answer. Try again later with the same request id.",
        "TOKEN_REFUSED": "The call needs a valid token. Log in again.",
        "TOO_MANY_REQUESTS": "Your tenant or address sends more than its quota. Try again later.",
    },
    "fiscus.imports": {
        "BAD_OUTPUT": "The row gives no value where the profile's output needs one, or one that does not fit: no date, no year.",
        "CONTROL_CHARACTER": "The cell holds a control character. Remove it.",
        "DUPLICATE_KEY": "An earlier row has the same key. One of the two is wrong.",
        "FIGURES_CHANGED": "The ledger has another sum on record for this day or a later one; the message has both. If the record is "
                           "wrong, report the correction for a later day; money paid in error comes back as a refund.",
        "NEGATIVE_AMOUNT": "A negative amount stands where the ledger wants an operation of its own (a reduction, a refund).",
        "NOT_A_DATE": "The cell holds no date in a form that the profile names.",
        "NOT_A_NUMBER": "The cell holds no number in the form that the profile names (separators, currency signs).",
        "NO_INVESTMENT": "The row reports progress, but no investment that it is part of. Give the project an investment.",
        "OUT_OF_RANGE": "The number is beyond the field's bounds or larger than an amount can be.",
        "REFUSED": "The service refused the row without a reason of its own; the message says why.",
        "REQUIRED": "The cell is empty, but the profile wants a value.",
        "SHEET_ERROR": "The sheet itself shows an error in this cell, such as #REF!. Mend its formula.",
        "TOO_LONG": "The text is longer than the profile allows.",
        "TOO_PRECISE": "The number has digits beyond the minor unit, or a spreadsheet has lost its last digits. Large amounts belong into "
                       "text cells.",
        "UNKNOWN_NAME": "The profile does not know this name. Add it to the profile as a name or as another spelling of one.",
    },
    "fiscus.cli": {
        "NOT_LOGGED_IN": "There is no token, or the session ended. Run `fiscus login`.",
    },
}
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
    found = {(name, domain): text for domain, texts in OTHERS.items() for name, text in texts.items()}
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
