"""Whether the cost of one operation stays flat as the installation grows: the same measurement at several sizes."""

from tests.bench.ledger import BATCH, HOT, RESERVE, LedgerBench
from tests.bench.measure import by_turns, spread
from tests.bench.monitor import MonitorBench

GOAL = 1.5  # times the cost at the smallest size


def ledger(sizes, rounds, seconds, build, say):
    """{size: {subject: {field: spread}}}"""
    grown = {}
    for lines in sizes:
        with LedgerBench(lines, seconds, build) as bench:
            subjects = [subject for subject in bench.subjects() if subject.name in (RESERVE, BATCH, HOT)]
            grown[lines] = _spreads(by_turns(subjects, rounds, lambda text, lines=lines: say(f"{lines:,} lines: {text}")))
            if not bench.verify():
                raise RuntimeError(f"with {lines} lines, balances differ from the journal")
    return grown


def monitor(sizes, rounds, days, build, say):
    """{size: {subject: {field: spread}}}; the larger, the fewer days, so that all logs are about as long."""
    grown = {}
    for projects in sizes:
        with MonitorBench(projects, max(1, days * sizes[0] // projects), build) as bench:
            subjects = bench.subjects()[:1]
            grown[projects] = _spreads(by_turns(subjects, rounds, lambda text, projects=projects: say(f"{projects:,} projects: {text}")))
    return grown


def _spreads(results):
    return {name: {field: spread([row[field] for row in rows]) for field in ("rate", "cpu_s_per_1000", "rss_mib", "restore_s")
                   if field in rows[0]} for name, rows in results.items()}


def table(grown, what):
    """Markdown: one row a subject and size; cost relative to the smallest size."""
    sizes = list(grown)
    lines = [f"| subject | {what} | per second | CPU-s per 1,000 | CPU against {sizes[0]:,} | memory MiB |", "|---|---|---|---|---|---|"]
    for name in grown[sizes[0]]:
        least = grown[sizes[0]][name]["cpu_s_per_1000"]["median"]
        for size in sizes:
            fields = grown[size][name]
            cost = fields["cpu_s_per_1000"]["median"]
            times = cost / least
            lines.append(f"| {name} | {size:,} | {fields['rate']['median']:,.0f} | {cost:.3f} | {times:.2f}"
                         f"{'' if times <= GOAL else ' **more than flat**'} | {fields['rss_mib']['median']:.0f} |")
    return "\n".join(lines)
