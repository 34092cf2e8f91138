"""`fiscus explain` knows every reason that the code can give: reasons are looked for in the sources, by the shapes in which they are
written, and must stand in a proto's enum of reasons or in gen_reasons.OTHERS."""

import re

import pytest

from tools.fiscus.gen_reasons import OTHERS
from tools.stack.paths import REPO

_REASON = r'"([A-Z][A-Z0-9_]+)"'
_CODE = r"(?:code|(?:absl::)?StatusCode::\w+)"
_CELLS = [  # of libs/tabular
    rf"(?:Problem\{{|Wrong\(\{{|return \{{)\s*{_REASON}",
    rf"(?:Problem\{{|Wrong\(\{{)[^;]*?\?\s*{_REASON}",
    rf"(?:Problem\{{|Wrong\(\{{)[^;]*?:\s*{_REASON}",
]
_SHAPES = [
    rf"\b(?:Refuse|Precondition|Unauthenticated)\(\s*(?:{_CODE},\s*)?{_REASON}",
    rf"return \{{\s*{_CODE},\s*{_REASON}",  # libs/rpc/status_codec.cc
    rf"ReasonInfo\{{[^\"]*{_REASON}",
    rf"case Reason::\w+:\s*return {_REASON}",
]
_GATEWAY = rf"\(?\d+, {_REASON}, \""


def _sources(folder):
    return [path for path in sorted((REPO / folder).rglob("*.cc")) if not path.name.endswith("_test.cc")]


def _matches(shapes, paths):
    return {match for path in paths for shape in shapes for match in re.findall(shape, path.read_text(encoding="utf-8"))}


def _of_protos():
    """Names of the enums of reasons."""
    names = set()
    for path in (REPO / "proto").rglob("*.proto"):
        for body in re.findall(r"enum \w*Reason \{(.*?)\n\}", path.read_text(encoding="utf-8"), re.DOTALL):
            names |= set(re.findall(r"^  ([A-Z0-9_]+) = [1-9]", body, re.MULTILINE))
    return names


@pytest.fixture(scope="module")
def given():
    paths = _sources("libs") + _sources("services") + _sources("tools/fiscus")
    return _matches(_SHAPES, paths) | _matches(_CELLS, _sources("libs/tabular")) | _matches(
        [_GATEWAY], [REPO / "services/gateway/envoy/errors.py"])


def test_the_shapes_find_what_is_known(given):
    assert given >= {"OUT_OF_SCOPE", "TOKEN_EXPIRED", "BACKEND_UNAVAILABLE", "REQUEST_ID_REUSED", "QUEUE_FULL", "GATEWAY_FAILED",
                     "TOO_MANY_REQUESTS", "REQUIRED", "TOO_PRECISE", "OUT_OF_RANGE", "FIGURES_CHANGED", "NOT_LOGGED_IN", "VOUCHER_USED",
                     "EXCEEDS_AVAILABLE", "CONTRACT_BUSY", "STREAM_OVERFLOW"}


def test_every_reason_that_the_code_gives_is_explained(given):
    explained = _of_protos() | {name for texts in OTHERS.values() for name in texts}
    assert sorted(name for name in given - explained if not name.endswith("_UNSPECIFIED")) == []


def test_every_explanation_is_a_sentence():
    assert [name for texts in OTHERS.values() for name, text in texts.items() if not text.endswith(".")] == []
