"""Real input: 500 projects of Mexico City, imported through the command line into a tenant of their own; totals read back from the API."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity, identity_service_pb2_grpc as identity_grpc
from fiscus.projects.v1 import projects_service_pb2 as projects

from tools.province.api import stable_id

PROFILE = "cdmx_2016q1"
CURRENCY = "MXN"
_ROOT_CODE = "09"
_EXIT_DONE, _EXIT_PARTIAL = 0, 10


@dataclass
class Result:
    exit_code: int
    output: str
    rejects: Path


class Importer:
    """A tenant for one file, with a user who may import and one who may read."""

    def __init__(self, stack, gateway, operator_secret, password, tenant="cdmx"):
        self._stack, self._gateway, self._secret, self._password, self.tenant = stack, gateway, operator_secret, password, tenant
        self._home = Path(tempfile.mkdtemp(prefix="import-", dir=stack.directory))

    def found(self):
        self._gateway.call(identity_grpc.IdentityServiceStub, "CreateTenant", identity.CreateTenantRequest(
            request_id=stable_id(self.tenant, "tenant"), operator_secret=self._secret, tenant=self.tenant, display_name="Mexico City, 2016",
            root_unit_code=_ROOT_CODE, root_unit_name="Mexico City", admin_username="admin", admin_password=self._password,
            keep_admin_password=True))
        admin = self._gateway.session(self.tenant, "admin", self._password)
        for username, role in (("integrator", "integration"), ("auditor", "auditor")):
            path = f"/{_ROOT_CODE}/"
            admin.identity.CreateUser(identity.CreateUserRequest(
                request_id=stable_id(self.tenant, username), username=username, display_name=username, password=self._password,
                keep_password=True, unit_path=path, grants=[identity_pb2.Grant(role=role, unit_path=path)]))
        self.auditor = self._gateway.session(self.tenant, "auditor", self._password)

    def run(self, path, dry_run=False):
        """`fiscus login` and `fiscus import`, as a person would type them."""
        rejects = self._home / "rejected.csv"
        self._fiscus("login", "integrator")
        done = self._fiscus("import", str(path), "--profile", PROFILE, "--under", f"/{_ROOT_CODE}/", "--rejected", str(rejects),
                            *(["--dry-run"] if dry_run else []))
        return Result(done.returncode, done.stdout + done.stderr, rejects)

    def totals(self):
        """Modified, committed and paid in centavos by unit path and in all, as the ledger has them, and the number of projects."""
        answer = self.auditor.budget.GetTotals(budget.GetTotalsRequest())
        observed = [t for t in [*answer.by_unit, *answer.in_all] if t.mode == budget_pb2.LINE_MODE_OBSERVED]
        figures = {t.unit_path: {"modified": t.balances.authorised, "paid": t.balances.paid, "projects": t.lines,
                                 # What was committed is what is still encumbered and what of it was paid.
                                 "committed": t.balances.encumbered + t.balances.paid} for t in observed}
        return {"in_all": figures.pop("", {}), "by_unit": figures}

    def units(self):
        """Path by name."""
        return {u.name: u.path for u in self.auditor.identity.all("ListUnits", identity.ListUnitsRequest(), "units")}

    def expected(self, script):
        """The independent script's result in the shape of totals()."""
        paths = self.units()

        def shape(sums, count):
            return {"modified": sums["modified"], "paid": sums["paid"], "projects": count, "committed": sums["committed"]}
        return {"in_all": shape(script["in_all"], script["taken"]),
                "by_unit": {paths[name]: shape(sums, sums["projects"]) for name, sums in script["by_unit"].items()}}

    def project_count(self):
        return sum(1 for _ in self.auditor.projects.all("ListProjects", projects.ListProjectsRequest(), "projects"))

    def _fiscus(self, *arguments):
        environment = os.environ | {"FISCUS_PASSWORD": self._password, "XDG_CONFIG_HOME": str(self._home), "XDG_STATE_HOME": str(self._home),
                                    "HOME": str(self._home)}
        shared = ["--address", self._stack.env["FISCUS_ENDPOINT"], "--ca", self._stack.env["FISCUS_CA"], "--tenant", self.tenant]
        return subprocess.run([self._stack.build / "bin" / "fiscus", *shared, *arguments], env=environment, text=True,
                              capture_output=True, check=False)


def import_cdmx(stack, gateway, path, operator_secret, password):
    """For the demo: imports, prints, says whether it held."""
    importer = Importer(stack, gateway, operator_secret, password)
    importer.found()
    result = importer.run(path)
    print(result.output.strip())
    if result.exit_code not in (_EXIT_DONE, _EXIT_PARTIAL):
        print(f"PROBLEM: the import ended with exit code {result.exit_code}")
        return False
    in_all = importer.totals()["in_all"]
    print(f"In the ledger: {in_all['projects']} lines; modified {_pesos(in_all['modified'])}, committed {_pesos(in_all['committed'])}, "
          f"paid {_pesos(in_all['paid'])} {CURRENCY}; rows not taken are in {result.rejects}")
    return in_all["projects"] > 0


def _pesos(minor):
    return f"{minor // 100:,}.{minor % 100:02d}"
