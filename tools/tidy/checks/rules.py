"""Row 10: every rule file carries examples on both sides of its limit."""

import re

from tools.tidy.tree import Finding

_RULES = r"^services/[a-z_]+/(rules|kpis)/.*\.textproto$"
_EXAMPLE = re.compile(r"^\s*example\s*:?\s*\{", re.M)
_EXPECT = re.compile(r"\bexpect\w*:\s*([A-Z_]+)")


def check_rules(tree):
    """At least two examples, of which one fires and one stays silent."""
    findings = []
    for source in tree.matching(_RULES):
        examples = len(_EXAMPLE.findall(source.text))
        outcomes = {outcome.split("_")[-1] for outcome in _EXPECT.findall(source.text)}
        if examples < 2:
            findings.append(Finding(source.path, 1, f"{examples} examples, fewer than 2"))
        elif len(outcomes) < 2:
            findings.append(Finding(source.path, 1, "all examples expect the same: none is on the other side of the limit"))
    return findings
