"""Private servers come up, survive a kill of each, and leave nothing behind, even when their owner is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from deploy import topics
from tools.stack import Stack, StackError
from tools.stack.paths import REPO, default_build
from tools.stack.process import Process, Spec, start_time
from tools.stack.stack import INFRASTRUCTURE


@pytest.fixture(name="stack", scope="module")
def stack_fixture():
    stack = Stack(f"test-{os.getpid()}", durable=False, ephemeral=True).up(INFRASTRUCTURE)
    yield stack
    stack.down()
    assert not stack.directory.exists()


@pytest.mark.parametrize("name", INFRASTRUCTURE)
def test_a_killed_server_comes_back_on_its_port_with_its_data(stack, name):
    before = stack.pid(name), stack.endpoint(name)
    stack.kill(name)
    assert stack.pid(name) is None
    stack.start(name)
    assert stack.endpoint(name) == before[1] and stack.pid(name) != before[0]


def test_topics_are_made_once(stack):
    from confluent_kafka.admin import AdminClient
    stack.kafka.create_topics()
    present = AdminClient({"bootstrap.servers": stack.kafka.address}).list_topics(timeout=10).topics
    assert len(present["fiscus.facts.v1"].partitions) == 6 and "fiscus.monitor.changelog.v1" in present


def test_topics_that_are_not_what_the_table_says_are_named(stack, monkeypatch):
    assert topics.differences(stack.kafka.address) == []
    table = topics.read_topics()
    table.topic[0].partitions = 12
    table.topic[1].compacted = True
    table.topic[2].message_bytes_max = 2_097_152
    monkeypatch.setattr(topics, "read_topics", lambda: table)
    assert topics.differences(stack.kafka.address) == [
        "fiscus.facts.v1 has 6 partitions, not 12",
        "fiscus.indicators.v1 has cleanup.policy = delete, not compact",
        "fiscus.warnings.v1 takes records of 1048576 bytes, not 2097152"]


def test_the_serving_role_owns_nothing(stack):
    stack.postgres.create_service("sample")
    stack.postgres.create_service("sample")  # safe to repeat
    owner, app = (stack.postgres.dsn(role, "fiscus_sample") for role in ("fiscus_sample_owner", "fiscus_sample"))
    assert psql(owner, "CREATE TABLE t (a int); SELECT 1").stdout.strip() == "1"
    assert "permission denied" in psql(app, "CREATE TABLE u (a int)").stderr
    assert "permission denied" in psql(app, "SELECT a FROM t").stderr


def psql(dsn, sql):
    # The test's own server; services get the password by environment.
    return subprocess.run(["psql", dsn, "-Atqc", sql], capture_output=True, text=True, check=False)


def test_secrets_are_in_no_argument_list(stack):
    secrets = stack.vault._secrets.values()
    for name in stack.names:
        arguments = open(f"/proc/{stack.pid(name)}/cmdline", encoding="utf-8").read()
        assert not any(secret in arguments for secret in secrets)
    assert (stack.directory / "secrets.json").stat().st_mode & 0o077 == 0


def test_an_unknown_name_is_an_error_that_says_what_there_is(stack):
    with pytest.raises(StackError, match="postgres, redis, kafka"):
        stack.start("nothing")


def test_nothing_is_left_when_the_owner_is_killed():
    script = ("import sys; from tools.stack import Stack\n"
              "stack = Stack(sys.argv[1], ephemeral=True).up(('redis',))\n"
              "print(stack.pid('redis'), stack.directory, flush=True); sys.stdin.read()")
    with subprocess.Popen([sys.executable, "-c", script, f"orphan-{os.getpid()}"], cwd=REPO, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"PYTHONPATH": str(REPO), "FISCUS_BUILD": str(default_build())}) as owner:
        pid, directory = owner.stdout.readline().split()
        assert start_time(int(pid))
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (start_time(int(pid)) or os.path.exists(directory)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not start_time(int(pid)) and not os.path.exists(directory)


def test_a_process_that_is_not_ours_is_never_signalled(tmp_path):
    """A record whose pid now belongs to somebody else: the start time tells."""
    with subprocess.Popen(["sleep", "60"]) as other:
        process = Process(tmp_path, "x")
        process.record.parent.mkdir()
        process.record.write_text(f'{{"pid": {other.pid}, "start": 1, "argv": [], "stop_signal": 15, "discard_signal": 15, "stop_s": 1}}')
        process.kill()
        assert other.poll() is None
        other.kill()


def test_a_process_that_ends_while_starting_shows_its_log(tmp_path):
    process = Process(tmp_path, "broken")
    process.start(Spec("broken", ["sh", "-c", "echo the cause; exit 1"]))
    with pytest.raises(StackError, match="the cause"):
        process.wait_ready(lambda: False, 5)
