"""Tables for people, JSON for programs; where and when it was measured belongs to both."""

import os
import platform
import subprocess
import time

from tools.stack.paths import REPO


def circumstances():
    """Date, commit, machine and how busy it was."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=10"], cwd=REPO, capture_output=True, text=True,
                            check=False).stdout.strip()
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": commit or "unknown",
            "machine": f"{os.cpu_count()} × {model}, {memory_gib:.0f} GiB", "load_before": round(os.getloadavg()[0], 2)}


def comparison_table(rows):
    """Markdown: one row a comparison."""
    lines = ["| what | ours against | ratio, median | lowest … highest | must | |", "|---|---|---|---|---|---|"]
    for row in rows:
        ratio, goal = row["ratio"], row["goal"]
        verdict = "" if goal is None else "reached" if ratio["median"] >= goal else "**missed**"
        lines.append(f"| {row['name']} | {row['anchor']} | {ratio['median']:.2f} | {ratio['low']:.2f} … {ratio['high']:.2f} | "
                     f"{'' if goal is None else f'≥ {goal:g}'} | {verdict} |")
    return "\n".join(lines)


def subject_table(figures):
    """Markdown: one row a subject; its fields are spreads."""
    lines = ["| subject | per second | p50 ms | p99 ms | CPU-s per 1,000 | memory MiB |", "|---|---|---|---|---|---|"]
    for name, fields in figures.items():
        cells = [f"{fields['rate']['median']:,.0f} ({fields['rate']['low']:,.0f} … {fields['rate']['high']:,.0f})"]
        cells += [f"{fields[field]['median']:.{digits}f}" if field in fields else ""
                  for field, digits in (("p50_ms", 2), ("p99_ms", 2), ("cpu_s_per_1000", 3), ("rss_mib", 0))]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def start_table(services):
    """Markdown: one row a service."""
    lines = ["| service | serves after, ms | idle memory, MiB |", "|---|---|---|"]
    for name, fields in services.items():
        start = fields["start_ms"]
        lines.append(f"| {name} | {start['median']:.0f} ({start['low']:.0f} … {start['high']:.0f}) | {fields['rss_mib']['median']:.0f} |")
    return "\n".join(lines)
