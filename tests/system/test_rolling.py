"""The replicas of a service are replaced one after another, as an upgrade does it, and then killed, while people work: no call fails,
nothing is lost or done twice."""

import threading
import time
import uuid

import pytest

from tools.stack import Stack
from tools.stack.gateway import Gateway
from tools.stack.ports import Ports
from tools.stack.process import Process

WORKERS = 6
ROUNDS = 2


@pytest.fixture(name="world", scope="module")
def world_fixture(tmp_path_factory):
    """(stack, address and CA of a gateway before two replicas of projects)"""
    stack = Stack(f"rolling-{uuid.uuid4().hex[:8]}", ephemeral=True).up()
    second = stack.replicate("projects")
    folder = tmp_path_factory.mktemp("edge")
    backends = {name: stack.address(name) for name in stack.service_names}
    backends["projects"] += "," + stack.address(second)
    edge = Gateway(folder, Ports(folder, folder / "registry.json"), stack.build, backends)
    edge.prepare()
    process = Process(folder, edge.name)
    process.start(edge.spec())
    process.wait_ready(edge.ready, 30)
    yield stack, edge
    process.ask_to_stop()
    process.wait_gone()
    stack.down()


class Work:
    """People who make projects and read them back, without repeating a call that failed."""

    def __init__(self, cast):
        from tools.province.cast import unit_paths
        self._unit = unit_paths()[0]
        self._operator = cast.of_unit("operator", self._unit)
        self.made, self.failures, self._stop = [], [], threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(WORKERS)]

    def __enter__(self):
        self._operator.token()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return False

    def _run(self, number):
        count = 0
        while not self._stop.is_set():
            count += 1
            project_id = str(uuid.uuid4())
            try:
                self._create(project_id, f"ROLL-{number}-{count}")
                self.made.append(project_id)
                self.read(project_id)
            except Exception as failure:  # told by the test
                self.failures.append((type(failure).__name__, getattr(failure, "code", ""), str(failure)))

    def _create(self, project_id, code):
        from fiscus.projects.v1 import projects_pb2, projects_service_pb2 as pb
        self._operator.projects.CreateProject(pb.CreateProjectRequest(
            request_id=str(uuid.uuid4()), effective_date="2026-01-02", project=projects_pb2.Project(
                project_id=project_id, code=code, name=code, unit_path=self._unit, sector="education", currency="CNY",
                approved_investment=1_000_000, planned_start="2026-01-05", planned_end="2026-12-31")), retry_s=-1)

    def read(self, project_id):
        from fiscus.projects.v1 import projects_service_pb2 as pb
        return self._operator.projects.GetProject(pb.GetProjectRequest(project_id=project_id), retry_s=-1)

    def ids(self):
        from fiscus.projects.v1 import projects_service_pb2 as pb
        return [one.project_id for one in self._operator.projects.all("ListProjects", pb.ListProjectsRequest(), "projects")]


def test_a_replica_that_goes_takes_no_call_with_it(world):
    from tools.province.api import Gateway as Client
    from tools.province.cast import Cast
    stack, edge = world
    cast = Cast(Client(edge.address, str(edge.ca)), "rolling", "Rolling-password-1")
    cast.found(stack.secret("FISCUS_OPERATOR_SECRET"))
    during = []
    with Work(cast) as work:
        for end, name in [(end, name) for end in (stack.stop, stack.kill) for _ in range(ROUNDS) for name in ("projects", "projects-2")]:
            before = len(work.made)
            end(name)
            time.sleep(0.5)
            stack.start(name)
            time.sleep(0.5)
            during.append(len(work.made) - before)
    assert work.failures == [], f"{len(work.failures)} of {len(work.made)}: {set(work.failures)}"
    assert all(made > 10 for made in during), during
    assert sorted(work.ids()) == sorted(work.made)
