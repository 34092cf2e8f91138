"""Files through `fiscus import` into the API and back out: amounts to the last digit, reports over time, contradictions, rows all or none.
The tenant and its users are made by the command line too."""

import csv
import io
import json
import zipfile

import pytest

from tests.system.conftest import PASSWORD
from tests.system.test_cli import Cli

TENANT, ROOT = "import-test", "/09/"
BIG = "90071992547409.93"  # 2^53 + 1 minor units: the first whole number that a double cannot hold

PROFILE = """
name: "works-%(day)s" namespace: "works"
input { format: FORMAT_%(kind)s %(headings)s }
field { name: "key" heading: "code" required: true }
field { name: "plan" heading: "plan" type: FIELD_TYPE_MONEY currency: "CNY" required: true }
field { name: "paid" heading: "paid" type: FIELD_TYPE_MONEY currency: "CNY" default_value: "0" }
field { name: "back" heading: "back" type: FIELD_TYPE_MONEY currency: "CNY" default_value: "0" }
field { name: "done" heading: "done" type: FIELD_TYPE_PERCENT }
output {
  key: "{key}"
  unit { segment: "works" name: "Works" }
  project { code: "{key}" name: "Project {key}" currency: "CNY" investment: "plan"
            planned_start: "2026-01-01" planned_end: "2026-12-31" }
  line { code: "{key}" fiscal_year: "2026" currency: "CNY" }
  operation { kind: OPERATION_KIND_APPROVE plus: "plan" effective_date: "2026-01-01" document: "plan" }
  operation { kind: OPERATION_KIND_OBSERVED_PAY plus: "paid" effective_date: "%(day)s" document: "report" }
  operation { kind: OPERATION_KIND_REFUND plus: "back" effective_date: "%(day)s" document: "report" }
  measurement { percent: "done" date: "%(day)s" work_item: "all" }
}
"""
COLUMNS = ("code", "plan", "paid", "back", "done")


def as_csv(rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([COLUMNS, *rows])
    return text.getvalue().encode()


def as_json(rows):
    """Numbers as they are written, not as Python holds them."""
    members = (", ".join(f'"{name}": {value if name != "code" else json.dumps(value)}' for name, value in zip(COLUMNS, row) if value)
               for row in rows)
    return ("[" + ", ".join("{" + row + "}" for row in members) + "]").encode()


def as_xlsx(rows):
    """Text cells only: a number cell does not keep more than 15 digits."""
    def cells(row):
        return "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row)
    office, package = ("http://schemas.openxmlformats.org/" + name for name in ("officeDocument/2006/relationships",
                                                                                "package/2006/relationships"))
    relation = '<Relationships xmlns="%s"><Relationship Id="r1" Type="%s/%s" Target="%s"/></Relationships>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {"_rels/.rels": relation % (package, office, "officeDocument", "xl/workbook.xml"),
             "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
             "xl/_rels/workbook.xml.rels": relation % (package, office, "worksheet", "worksheets/sheet1.xml"),
             "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>'
                                         + "".join(f"<row>{cells(row)}</row>" for row in [COLUMNS, *rows]) + "</sheetData></worksheet>"}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


WRITERS = {"CSV": as_csv, "JSON": as_json, "XLSX": as_xlsx}


class Importer:
    def __init__(self, cli, folder):
        self.cli, self._folder = cli, folder

    def run(self, rows, day="2026-03-31", kind="CSV", more=()):
        """The report, and the exit code."""
        profile, file = self._folder / "profile.textproto", self._folder / f"file.{kind.lower()}"
        profile.write_text(PROFILE % {"day": day, "kind": kind, "headings": "" if kind == "JSON" else "header_row: 1"})
        file.write_bytes(WRITERS[kind](rows))
        done = self.cli.run("import", str(file), "--profile", str(profile), "--under", ROOT, "--rejected",
                            str(self._folder / "rejected.csv"), "-o", "json", *more)
        assert done.stdout, done.stderr
        return json.loads(done.stdout), done.returncode

    def lines(self):
        """The lines' CSV rows by code."""
        text = self.cli.ok("budget", "lines", "--unit", ROOT, "--page-all", "-o", "csv")
        return {row["code"]: row for row in csv.DictReader(io.StringIO(text))}

    def progress(self, code):
        return json.loads(self.cli.ok("projects", "get", code, "-o", "json"))["physical_bp"]


@pytest.fixture(scope="module")
def admin(stack, tmp_path_factory):
    operator = Cli(stack, tmp_path_factory.mktemp("operator"), TENANT)
    operator.ok("tenants", "create", TENANT, "--name", "Import test", "--root-code", ROOT.strip("/"), "--root-name", "City", "--admin",
                "admin", "--keep-password", "--password-stdin", stdin=f"{stack.secret('FISCUS_OPERATOR_SECRET')}\n{PASSWORD}\n")
    return operator.login("admin")


@pytest.fixture(scope="module")
def importer(stack, admin, tmp_path_factory):
    admin.ok("users", "create", "--username", "integrator", "--name", "Integrator", "--unit", ROOT, "--keep-password", "--json", "-", stdin=json.dumps(
        {"password": PASSWORD, "grants": [{"role": "integration", "unit_path": ROOT}]}))
    return Importer(Cli(stack, tmp_path_factory.mktemp("integrator"), TENANT).login("integrator"), tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_amounts_reach_the_api_and_come_back_to_the_last_digit(importer, kind):
    report, code = importer.run([(f"BIG-{kind}", BIG, BIG, "0", "100")], kind=kind)
    assert (code, report["taken"]) == (0, "1"), report
    line = importer.lines()[f"BIG-{kind}"]
    assert line["balances.authorised"] == line["balances.paid"] == BIG.replace(".", "")
    assert importer.progress(f"BIG-{kind}") == 10000


def test_reports_over_time_post_what_is_new_and_nothing_twice(importer):
    first, later = [("R-1", "100", "10", "", "10"), ("R-2", "50", "", "", "")], [("R-1", "120", "25", "", "20"), ("R-2", "50", "5", "", "1")]
    assert importer.run(first)[1] == 0
    before = importer.lines()
    report, code = importer.run(first)
    assert (code, report["repeated_rows"]) == (0, "2")
    assert importer.lines() == before
    # The raised plan stands on the year's first day, which is on record: that row is refused, the other is not.
    report, code = importer.run(later, day="2026-06-30")
    assert code == 10
    assert [row["error"][0]["reason"] for row in report["rejected"]] == ["FIGURES_CHANGED"]
    assert importer.progress("R-1") == 1000 and importer.progress("R-2") == 100
    assert importer.run([("R-1", "100", "25", "", "20")], day="2026-06-30")[1] == 0
    after = importer.lines()
    assert (after["R-1"]["balances.paid"], after["R-2"]["balances.paid"]) == ("2500", "500")
    assert importer.progress("R-1") == 2000
    assert importer.run(first)[1] == 0  # an old file again
    assert importer.lines() == after
    assert importer.progress("R-1") == 2000


def test_a_payment_that_vanishes_from_the_file_is_refused_with_both_figures(importer):
    assert importer.run([("V-1", "100", "10", "", "")])[1] == 0
    before = importer.lines()["V-1"]
    report, code = importer.run([("V-1", "100", "0", "", "")])
    assert code == 1
    error = report["rejected"][0]["error"][0]
    assert error["reason"] == "FIGURES_CHANGED" and "10.00 CNY" in error["message"] and " 0.00 CNY" in error["message"]
    assert importer.lines()["V-1"] == before


def test_a_row_whose_last_operation_is_refused_leaves_nothing_in_the_ledger(importer):
    rows = [("G-1", "100", "10", "20", ""), ("G-2", "100", "10", "5", "")]  # more came back than was paid
    told, _ = importer.run(rows, more=["--dry-run"])
    assert not importer.lines().keys() & {"G-1", "G-2"}
    report, code = importer.run(rows)
    assert code == 10
    assert [(row["key"], row["error"][0]["reason"]) for row in report["rejected"]] == [("G-1", "EXCEEDS_PAID")]
    assert importer.lines().keys() & {"G-1", "G-2"} == {"G-2"}
    assert (told["taken"], len(told["rejected"])) == (report["taken"], len(report["rejected"]))
    report, code = importer.run([("G-1", "100", "20", "20", "")])  # mended
    assert code == 0, json.dumps(report["rejected"])
    assert importer.lines()["G-1"]["balances.paid"] == "2000"


def test_a_password_that_somebody_else_chose_opens_nothing_until_it_is_changed(stack, admin, tmp_path):
    user = {"password": PASSWORD, "grants": [{"role": "auditor", "unit_path": ROOT}]}
    made = admin.ok("users", "create", "--username", "changer", "--name", "Changer", "--unit", ROOT, "-o", "json", "--json", "-",
                    stdin=json.dumps(user))
    cli = Cli(stack, tmp_path, TENANT)
    assert "fiscus password" in cli.run("login", "changer", "--password-stdin", stdin=PASSWORD + "\n").stderr
    assert "INTENT_MISSING" in cli.run("projects", "list").stderr
    assert cli.run("password", "--password-stdin", stdin=f"{PASSWORD}\nweak\n").returncode != 0
    cli.ok("password", "--password-stdin", stdin=f"{PASSWORD}\nAnother-password-9\n")
    cli.ok("projects", "list")
    assert cli.run("login", "changer", "--password-stdin", stdin=PASSWORD + "\n").returncode == 4
    cli.ok("login", "changer", "--password-stdin", stdin="Another-password-9\n")
    admin.ok("users", "reset-password", json.loads(made)["user_id"], "--json", "-", stdin=json.dumps({"new_password": "Third-password-9"}))
    assert "fiscus password" in cli.run("login", "changer", "--password-stdin", stdin="Third-password-9\n").stderr


def test_a_tenant_is_shut_and_opened_by_the_operator(stack, admin, tmp_path):
    secret = stack.secret("FISCUS_OPERATOR_SECRET")
    operator = Cli(stack, tmp_path, "shut-test")
    operator.ok("tenants", "create", "shut-test", "--name", "Shut", "--root-code", "99", "--root-name", "Nowhere", "--admin", "admin",
                "--keep-password", "--password-stdin", stdin=f"{secret}\n{PASSWORD}\n")
    operator.login("admin")
    assert operator.run("tenants", "disable", "shut-test", "--secret-stdin", stdin="wrong\n").returncode != 0
    operator.ok("tenants", "disable", "shut-test", "--secret-stdin", stdin=secret + "\n")
    assert "TENANT_DISABLED" in operator.run("login", "admin", "--password-stdin", stdin=PASSWORD + "\n").stderr
    operator.ok("tenants", "enable", "shut-test", "--secret-stdin", stdin=secret + "\n")
    operator.login("admin")


def test_a_role_is_put_by_the_command_line(admin):
    admin.ok("roles", "put", "looker", "--description", "Looks at payments", "--intent", "payments.read", "--intent", "budget.read")
    roles = {role["name"]: role for role in json.loads(admin.ok("roles", "list", "-o", "json"))["roles"]}
    assert sorted(roles["looker"]["intents"]) == ["budget.read", "payments.read"]
