"""The command line against the whole product, through the gateway: output, exit codes, idempotency, live stream."""

import csv
import io
import json
import os
import subprocess
import time
import uuid

import pytest

from tests.system import rest
from tests.system.conftest import PASSWORD
from tools.stack.paths import default_build

PROGRAM = default_build() / "bin" / "fiscus"


class Cli:
    """The program with a home of its own, as one user."""

    def __init__(self, stack, home, tenant="system"):
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "FISCUS_ADDRESS": stack.env["FISCUS_ENDPOINT"],
                    "FISCUS_CA": stack.env["FISCUS_CA"], "FISCUS_TENANT": tenant}

    def run(self, *words, stdin=""):
        return subprocess.run([PROGRAM, *words], env=self.env, input=stdin, capture_output=True, text=True, timeout=60, check=False)

    def ok(self, *words, stdin=""):
        result = self.run(*words, stdin=stdin)
        assert result.returncode == 0, (words, result.stdout, result.stderr)
        return result.stdout

    def login(self, username):
        self.ok("login", username, "--password-stdin", stdin=PASSWORD + "\n")
        return self


@pytest.fixture(scope="module")
def as_user(stack, cast, tmp_path_factory):
    """`as_user("auditor")`: the program, logged in; the cast founds the tenant."""
    known = {}

    def of(username):
        if username not in known:
            known[username] = Cli(stack, tmp_path_factory.mktemp(username)).login(username)
        return known[username]
    return of


def error_of(result):
    """The API's error JSON on stderr; a write's request id stands before it."""
    return json.loads(result.stderr.strip().splitlines()[-1])


def test_json_is_the_apis_own(stack, cast, as_user, province, plots):
    project = plots[0].project_id
    by_cli = json.loads(as_user("auditor").ok("projects", "get", project, "-o", "json"))
    by_rest = rest.request(stack, "GET", f"/v1/projects/{project}", token=cast.auditor.token()).body
    assert by_cli == by_rest


def test_a_project_is_found_by_its_code(as_user, province, plots):
    code = json.loads(as_user("auditor").ok("projects", "get", plots[0].project_id, "-o", "json"))["code"]
    assert as_user("auditor").ok("projects", "get", code, "-o", "name").strip() == plots[0].project_id


def test_all_pages_are_fetched_and_every_format_agrees(as_user, province):
    auditor = as_user("auditor")
    lines = json.loads(auditor.ok("budget", "lines", "--page-all", "--page-size", "5", "-o", "json"))
    assert lines["next_page_token"] == ""
    ids = [line["line_id"] for line in lines["lines"]]
    assert len(ids) > 5 and len(set(ids)) == len(ids)
    assert auditor.ok("budget", "lines", "--page-size", "1000", "-o", "name").split() == ids
    rows = list(csv.DictReader(io.StringIO(auditor.ok("budget", "lines", "--page-size", "1000", "-o", "csv"))))
    assert [row["line_id"] for row in rows] == ids
    assert [row["balances.paid"] for row in rows] == [line["balances"]["paid"] for line in lines["lines"]]
    assert len(auditor.ok("budget", "lines", "--page-size", "1000").splitlines()) == len(ids) + 1


def test_totals_of_ledger_payments_and_monitor_are_told(as_user, province):
    for part in ("budget", "payments", "monitor"):
        in_all = json.loads(as_user("auditor").ok("totals", part, "-o", "json"))["in_all"]
        assert in_all and all(isinstance(total.get("paid", total.get("balances", {}).get("paid")), str) for total in in_all)


@pytest.mark.parametrize("words, code, reason", [
    (["projects", "get", str(uuid.uuid4())], 6, "PROJECT_NOT_FOUND"),
    (["budget", "get", "no-uuid"], 2, "FIELD_INVALID"),
    (["budget", "supplement", str(uuid.uuid4()), "--amount", "1.00 CNY", "--date", "2026-01-10"], None, None),
])
def test_errors_have_their_exit_code_and_json(as_user, province, words, code, reason):
    result = as_user("auditor").run(*words, "-o", "json")
    error = error_of(result)
    if code is None:  # an auditor may not raise a line; whether it exists is not told
        assert result.returncode in (5, 6)
        return
    assert result.returncode == code
    assert reason in [detail.get("reason") for detail in error["details"]]


def test_a_refusal_by_the_budget_is_7_with_its_figures(cast, as_user, province, plots):
    lines = json.loads(as_user("auditor").ok("budget", "lines", "--project", plots[0].project_id, "-o", "json"))["lines"]
    controlled = next(line for line in lines if line["mode"] == "LINE_MODE_CONTROLLED")
    result = as_user("budgeteer").run("budget", "reduce", controlled["line_id"], "--amount", "90000000000 CNY", "--date", "2026-01-31",
                                      "--document", "Doc", "-o", "json")
    assert result.returncode == 7, result.stderr
    info = next(detail for detail in error_of(result)["details"] if "reason" in detail)
    assert info["metadata"]
    explained = as_user("auditor").ok("explain", info["reason"])
    assert "fiscus.budget.v1" in explained


def test_a_write_repeats_its_answer_and_not_its_effect(as_user, province, plots):
    budgeteer = as_user("budgeteer")
    line = json.loads(budgeteer.ok("budget", "lines", "--project", plots[1].project_id, "-o", "json"))["lines"][0]["line_id"]
    request_id = str(uuid.uuid4())
    words = ["budget", "supplement", line, "--amount", "12.34 CNY", "--date", "2026-01-31", "--document", "Doc", "--request-id", request_id,
             "-o", "json"]
    first, again = budgeteer.run(*words), budgeteer.run(*words)
    assert first.returncode == again.returncode == 0, first.stderr
    assert request_id in first.stderr
    assert json.loads(first.stdout) == json.loads(again.stdout)
    words[words.index("12.34 CNY")] = "12.35 CNY"
    assert budgeteer.run(*words).returncode == 8


def test_a_dry_run_changes_nothing_and_says_what_the_real_run_does(as_user, province, plots):
    budgeteer = as_user("budgeteer")
    line = json.loads(budgeteer.ok("budget", "lines", "--project", plots[1].project_id, "-o", "json"))["lines"][0]
    words = ["budget", "supplement", line["line_id"], "--amount", "1.00 CNY", "--date", "2026-01-31", "--document", "D", "-o", "json"]
    told = json.loads(budgeteer.ok(*words, "--dry-run"))
    assert json.loads(budgeteer.ok("budget", "get", line["line_id"], "-o", "json"))["version"] == line["version"]
    done = json.loads(budgeteer.ok(*words))
    assert int(done["line"]["balances"]["authorised"]) == int(line["balances"]["authorised"]) + 100
    assert told["line"]["balances"] == done["line"]["balances"]
    words[1], words[words.index("1.00 CNY")] = "reduce", "90000000000 CNY"
    refused = budgeteer.run(*words, "--dry-run"), budgeteer.run(*words)
    assert [result.returncode for result in refused] == [7, 7]
    info = [next(detail for detail in error_of(result)["details"] if "reason" in detail) for result in refused]
    assert info[0] == info[1]


def test_without_login_4_with_a_wrong_password_4_without_a_server_9(stack, tmp_path):
    cli = Cli(stack, tmp_path)
    assert cli.run("whoami").returncode == 4
    assert cli.run("login", "auditor", "--password-stdin", stdin="wrong\n").returncode == 4
    cli.env["FISCUS_ADDRESS"] = "127.0.0.1:1"
    assert cli.run("login", "auditor", "--password-stdin", "--timeout", "2", stdin=PASSWORD + "\n").returncode == 9


def test_a_foreign_certificate_is_not_trusted(stack, tmp_path):
    cli = Cli(stack, tmp_path)
    del cli.env["FISCUS_CA"]
    assert cli.run("login", "auditor", "--password-stdin", "--timeout", "3", stdin=PASSWORD + "\n").returncode == 9


def test_the_token_is_private_and_gone_after_logout(stack, cast, tmp_path):
    cli = Cli(stack, tmp_path).login("auditor")
    assert "auditor" in cli.ok("whoami")
    files = list((tmp_path / ".local/state/fiscus").iterdir())
    assert files and all(file.stat().st_mode & 0o077 == 0 for file in files)
    cli.ok("logout")
    assert cli.run("whoami").returncode == 4


def test_watch_shows_alerts_as_they_change(as_user, province):
    open_alerts = json.loads(as_user("supervisor").ok("alerts", "list", "--open", "-o", "json"))["alerts"]
    if not open_alerts:
        pytest.skip("the played month raised no alert")
    alert = next((a for a in open_alerts if a["state"] in ("ALERT_STATE_ACKNOWLEDGED", "ALERT_STATE_RAISED")), open_alerts[0])
    supervisor, head = as_user("supervisor"), as_user("head-" + alert["unit_path"].strip("/").split("/")[-1])
    watching = subprocess.Popen([PROGRAM, "watch", "alerts", "--count", "1", "-o", "json"], env=supervisor.env,
                                stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(50):  # the stream starts at "now"; keep changing until it has seen one
            head.run("alerts", "acknowledge", alert["alert_id"])
            for step in ("verify", "dismiss", "reopen"):  # once round: it can be acknowledged again
                supervisor.run("alerts", step, alert["alert_id"], "--note", "once round")
            if watching.poll() is not None:
                break
        out, _ = watching.communicate(timeout=20)
    finally:
        watching.kill()
    change = json.loads(out.splitlines()[0])
    assert change["resume_token"] and change["alert"]["alert_id"]


def test_watch_goes_on_after_the_server_was_killed_before_any_change(stack, as_user, province):
    supervisor = as_user("supervisor")
    alert = json.loads(supervisor.ok("alerts", "list", "-o", "json"))["alerts"][0]
    head = as_user("head-" + alert["unit_path"].strip("/").split("/")[-1])
    watching = subprocess.Popen([PROGRAM, "watch", "alerts", "--count", "1", "-o", "json"], env=supervisor.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(3)  # it has seen no change, only where the stream begins
        stack.kill("alerting")
        stack.start("alerting")
        # At once, before or after it is back: the change must reach it either way. Some step fits the alert's state.
        steps = [head.run("alerts", "acknowledge", alert["alert_id"])]
        steps += [supervisor.run("alerts", step, alert["alert_id"], "--note", "after the fall") for step in ("verify", "dismiss", "reopen")]
        assert any(step.returncode == 0 for step in steps), [step.stderr for step in steps]
        out, err = watching.communicate(timeout=40)
    finally:
        watching.kill()
    assert watching.returncode == 0, err
    assert json.loads(out.splitlines()[0])["alert"]["alert_id"]


def test_the_doctor_finds_the_way_free(stack, cast, as_user):
    assert "FAILS" not in as_user("auditor").ok("doctor")


def test_output_that_cannot_be_written_is_a_failure(as_user, province):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([PROGRAM, "budget", "lines", "-o", "csv"], env=as_user("auditor").env, stdout=full, stderr=subprocess.PIPE,
                              timeout=60, check=False)
    assert done.returncode == 1


def test_completion_knows_live_values(as_user, province):
    codes = as_user("auditor").ok("__complete", "projects").split()
    assert codes
    assert "cdmx_2016q1" in as_user("auditor").ok("__complete", "profiles")
