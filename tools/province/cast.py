"""Who plays: a tenant with its unit tree, and users of every role, none of whom may do two separated duties."""

from concurrent.futures import ThreadPoolExecutor

from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as pb, identity_service_pb2_grpc as pb_grpc

from tools.province.api import stable_id

ROOT = "/330000/"
# Two departments with six budget units each; names are invented.
DEPARTMENTS = {"edu": "Department of Education", "transport": "Department of Transport"}
UNITS = {"edu": ["school-1", "school-2", "school-3", "college-1", "college-2", "library"],
         "transport": ["roads-north", "roads-south", "bridges", "ports", "rail", "ferries"]}

# Role → user name, at the province's root.
PROVINCE_ROLES = {"department_reviewer": "reviewer", "planning_officer": "planner", "contract_signer": "signatory",
                  "finance_budget": "budgeteer", "finance_reviewer": "controller", "finance_signer": "signer",
                  "finance_supervisor": "supervisor", "auditor": "auditor", "integration": "integrator"}
# Role → prefix of the user name, in each unit.
UNIT_ROLES = {"unit_operator": "operator", "unit_approver": "approver", "supervisor_engineer": "engineer", "unit_head": "head"}


def unit_paths():
    return [f"{ROOT}{department}/{unit}/" for department, units in UNITS.items() for unit in units]


def unit_code(path):
    return path.strip("/").split("/")[-1]


class Cast:
    """The tenant's people, logged in on first use."""

    def __init__(self, gateway, tenant, password):
        self.gateway, self.tenant, self._password = gateway, tenant, password
        self._sessions = {}

    def user(self, username):
        if username not in self._sessions:
            self._sessions[username] = self.gateway.session(self.tenant, username, self._password)
        return self._sessions[username]

    def __getattr__(self, username):
        """`cast.controller`: a user of the province."""
        if username.startswith("_"):
            raise AttributeError(username)
        return self.user(username)

    def of_unit(self, role_prefix, unit_path):
        """`cast.of_unit("operator", path)`: a user of a unit."""
        return self.user(f"{role_prefix}-{unit_code(unit_path)}")

    def found(self, operator_secret):
        """Makes the tenant, its units and its users; again is harmless."""
        self.gateway.call(pb_grpc.IdentityServiceStub, "CreateTenant", pb.CreateTenantRequest(
            request_id=stable_id(self.tenant, "tenant"), operator_secret=operator_secret, tenant=self.tenant,
            display_name="Synthetic province", root_unit_code=ROOT.strip("/"), root_unit_name="Synthetic province",
            admin_username="admin", admin_password=self._password, keep_admin_password=True))
        units = [pb.CreateUnitRequest(parent_path=ROOT, code=code, name=name, kind=identity_pb2.UNIT_KIND_DEPARTMENT)
                 for code, name in DEPARTMENTS.items()]
        units += [pb.CreateUnitRequest(parent_path=f"{ROOT}{department}/", code=code, name=code.replace("-", " ").title(),
                                       kind=identity_pb2.UNIT_KIND_BUDGET_UNIT)
                  for department, codes in UNITS.items() for code in codes]
        answer = self.admin.identity.BatchCreateUnits(
            pb.BatchCreateUnitsRequest(request_id=stable_id(self.tenant, "units"), units=units))
        refused = [result.message for result in answer.results if result.code]
        if refused:
            raise RuntimeError(f"units were refused: {refused}")
        people = [(name, role, ROOT) for role, name in PROVINCE_ROLES.items()]
        people += [(f"{prefix}-{unit_code(path)}", role, path) for path in unit_paths() for role, prefix in UNIT_ROLES.items()]
        self.admin.token()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda person: self._hire(*person), people))

    def _hire(self, username, role, path):
        self.admin.identity.CreateUser(pb.CreateUserRequest(
            request_id=stable_id(self.tenant, "user", username), username=username, display_name=username,
            password=self._password, keep_password=True, unit_path=path, grants=[identity_pb2.Grant(role=role, unit_path=path)]))
