"""The guarded child, as it really runs: killed, exhausted, refused, and replaced."""

import os
import subprocess
import sys
import threading
import time

import pytest

from channels_inbox.email import guard, guard_child, guard_process
from channels_inbox.email.guard import ParseFailed
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail
from tests.channels_inbox.email.samples import HERE

REFUSED = mail(x_endless="x" * 70_000)


@pytest.fixture(autouse=True)
def _fresh_children():
    guard.close()
    yield
    guard.close()


CPU_SECONDS = 0.6  # so that these tests need not burn the five of a real child


def child_running(code: str) -> guard_process.Child:
    """A child whose reading of a mail is the given code, everything else as it is."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from channels_inbox.email import guard_child, parse\n"
        f"guard_child.CPU_SECONDS = {CPU_SECONDS}\n"
        "real = guard_child.parse_email\n"
        "def read(raw):\n"
        "    if b'X-Hostile' in raw:\n"
        f"        {code}\n"
        "    return real(raw)\n"
        "guard_child.parse_email = read\n"
        "guard_child.main()"
    )
    original, guard_process._PROGRAM = guard_process._PROGRAM, program
    try:
        return guard_process.Child()
    finally:
        guard_process._PROGRAM = original


HOSTILE = mail(x_hostile="yes")


def test_every_sample_reads_the_same_inside_and_outside():
    raws = [path.read_bytes() for path in sorted(HERE.glob("*.eml"))]

    assert guard.parse_many(raws) == [parse_email(raw) for raw in raws]


def test_one_mail_is_read():
    assert guard.parse(mail()).subject == "The printer is on fire"


def test_a_refused_mail_tells_why_and_disturbs_no_other():
    first, second, third = guard.parse_many([mail(), REFUSED, mail()])

    assert first.subject == third.subject == "The printer is on fire"
    assert (second.kind, second.reason) == (
        "refused",
        "The field X-Endless in the header of this mail is longer than 64 KB.",
    )
    with pytest.raises(ParseFailed, match="longer than 64 KB"):
        guard.parse(REFUSED)


def test_many_mails_go_through_one_child():
    guard.parse(mail())
    process = guard._pool._idle[0]._process.pid

    results = guard.parse_many([mail(f"Mail {number}.") for number in range(300)])

    assert [parsed.text for parsed in results] == [f"Mail {number}." for number in range(300)]
    assert guard._pool._idle[0]._process.pid == process


def test_mails_larger_than_the_pipe_go_through_in_a_row():
    body = "lorem ipsum " * 200_000

    results = guard.parse_many([mail(body)] * 5)

    assert [len(parsed.text) for parsed in results] == [len(body.rstrip())] * 5


def test_too_much_processor_time_is_the_end_of_the_child():
    child = child_running("while True: pass")

    [first, second] = child.read([mail(), HOSTILE, mail()])

    assert first.subject
    assert (second.kind, child.is_alive) == ("killed", False)
    assert "5 seconds" in second.reason


def test_time_is_counted_for_each_mail_alone():
    spend = "import time; end = time.process_time() + 0.3\n        while time.process_time() < end: pass"
    child = child_running(spend)
    try:
        results = child.read([HOSTILE] * 4)
    finally:
        child.kill()

    assert [parsed.subject for parsed in results] == ["The printer is on fire"] * 4


def test_the_limits_of_a_real_child_are_those_of_the_documents():
    assert (guard_child.CPU_SECONDS, guard_child.MEMORY_BYTES) == (5.0, 512 * 1024 * 1024)


def test_too_much_memory_is_the_end_of_the_child():
    child = child_running("held = [bytes(50_000_000) for _ in range(20)]")

    [failed] = child.read([HOSTILE, mail()])

    assert (failed.kind, child.is_alive) == ("killed", False)
    assert "512 MB" in failed.reason


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("raise ZeroDivisionError('ours')", "crashed", "ZeroDivisionError: ours"),
        ("import os; os.abort()", "crashed", "SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed", "by the system"),
        ("import os; os._exit(3)", "crashed", "exit status 3"),
        ("import socket; socket.socket()", "crashed", "Too many open files"),
        ("open('/etc/hostname')", "crashed", "Too many open files"),
        ("open(1, 'wb', closefd=False).write(b'M' + bytes(8)); raise SystemExit", "crashed", ""),
    ],
)
def test_a_child_that_fails_takes_one_mail_with_it(code, kind, reason):
    child = child_running(code)
    try:
        results = child.read([mail(), HOSTILE])
    finally:
        child.kill()

    assert results[0].subject
    assert results[1].kind == kind
    assert reason in results[1].reason


def test_the_next_mail_finds_a_fresh_child(monkeypatch):
    monkeypatch.setattr(guard, "Child", lambda: child_running("import os; os.abort()"))

    results = guard.parse_many([mail("one"), HOSTILE, mail("two"), HOSTILE, mail("three")])

    assert [getattr(result, "text", getattr(result, "kind", "")) for result in results] == [
        "one",
        "crashed",
        "two",
        "crashed",
        "three",
    ]


def test_a_child_that_has_grown_makes_way_and_no_mail_is_lost():
    child = child_running("guard_child.kept = bytes(200_000_000)")

    results = child.read([mail("one"), HOSTILE, mail("two")])

    assert [parsed.text for parsed in results] == ["one", "Please help."]
    assert not child.is_alive


def test_threads_have_children_of_their_own():
    found = {}

    def work(name):
        found[name] = [
            parsed.text for parsed in guard.parse_many([mail(f"{name} {number}") for number in range(50)])
        ]

    threads = [threading.Thread(target=work, args=[name]) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {name: [f"{name} {number}" for number in range(50)] for name in "abc"}


def test_a_child_ends_when_its_parent_is_killed():
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from channels_inbox.email import guard\n"
        "guard.parse(b'Subject: x\\n\\nhello')\n"
        "print(guard._pool._idle[0]._process.pid, flush=True)\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(guard_process._ROOT)], stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 20
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def test_a_guard_that_cannot_start_blames_no_mail(monkeypatch):
    monkeypatch.setattr(guard_process, "_PROGRAM", "raise SystemExit(7)")

    with pytest.raises(guard.GuardBroken, match="exit status 7"):
        guard.parse(mail())


def test_the_child_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    child = child_running("import os; raise ValueError(repr(dict(os.environ)))")
    try:
        [failed] = child.read([HOSTILE])
    finally:
        child.kill()

    assert "canary" not in failed.reason
    assert "ValueError" in failed.reason


def test_no_mail_is_no_work():
    assert guard.parse_many([]) == []
