"""clang-tidy's memory forgets a file when anything that it was read with changes."""

import pytest

from tools.check import lint


@pytest.fixture(name="key")
def key_fixture(tmp_path, monkeypatch):
    """A function that makes the key of a.cc anew."""
    monkeypatch.setattr(lint, "REPO", tmp_path)
    (tmp_path / "build/gen").mkdir(parents=True)
    (tmp_path / "a.cc").write_text('#include "a.h"\n#include <vector>\n')
    (tmp_path / "a.h").write_text('#include "fiscus/x.pb.h"\n')
    (tmp_path / "build/gen/fiscus").mkdir()
    (tmp_path / "build/gen/fiscus/x.pb.h").write_text("")

    def make(flags="-O1", rules="r"):
        for cached in (lint._includes, lint._read, lint._content):
            cached.cache_clear()
        return lint._key({"file": str(tmp_path / "a.cc"), "command": f"g++ {flags} {tmp_path}/a.cc"}, tmp_path / "build", rules)
    return make


def test_the_key_follows_content_flags_and_rules(key, tmp_path):
    keys = [key(), key(flags="-O2"), key(rules="s")]
    for file in ("a.cc", "a.h", "build/gen/fiscus/x.pb.h"):
        (tmp_path / file).write_text((tmp_path / file).read_text() + "\nint x;\n")
        keys.append(key())
    assert len(set(keys)) == len(keys)
    assert key() == keys[-1]
