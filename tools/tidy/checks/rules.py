"""Row 10: every rule file carries examples on both sides of its limit."""

import re

from tools.tidy.tree import Finding

_RULES = r"^services/[a-z_]+/(rules|kpis)/.*\.textproto$"
_EXAMPLE = re.compile(r"^\s*example\s*:?\s*\{", re.M)
_FIRES = re.compile(r"\bexpect\w*:\s*(?!\w*(SILENT|NONE|UNSPECIFIED))\w+")


def check_rules(tree):
    """At least two examples, of which one fires and one stays silent (an example that expects nothing)."""
    findings = []
    for source in tree.matching(_RULES):
        examples = _EXAMPLE.split(source.text)[1:]
        firing = sum(bool(_FIRES.search(example)) for example in examples)
        if len(examples) < 2:
            findings.append(Finding(source.path, 1, f"{len(examples)} examples, fewer than 2"))
        elif firing in (0, len(examples)):
            findings.append(Finding(source.path, 1, "all examples expect the same: none is on the other side of the limit"))
    return findings
