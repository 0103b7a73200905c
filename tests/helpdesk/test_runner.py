"""The runner: logs with names, a clean end, and nothing left behind after kill -9."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from helpdesk.embedded.layout import PROJECT
from helpdesk.runner import Program, Runner
from tests.processes import is_alive
from tests.waiting import until

PATIENCE = 30


def python(code: str) -> list[str]:
    return [sys.executable, "-uc", textwrap.dedent(code)]


@pytest.fixture(autouse=True)
def _signals():
    """Runner.run() takes the signals; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run_until_said(words: str, *programs: Program, watched: Path | None = None) -> tuple[int, str]:
    output = io.StringIO()
    runner = Runner(programs, environment=os.environ, output=output, watched=watched)

    def look() -> None:
        if words in output.getvalue():
            os.kill(os.getpid(), signal.SIGINT)

    return runner.run(every_tick=look), output.getvalue()


def test_every_line_carries_the_name_of_its_program():
    talks = python("import time; print('\\x1b[31mhello\\x1b[0m'); time.sleep(60)")

    code, output = run_until_said("hello", Program("web", talks, 36))

    assert code == 0
    assert "web     │ hello\n" in output


def test_a_program_that_ends_ends_the_others_with_its_code():
    stays, leaves = python("import time; time.sleep(60)"), python("raise SystemExit(7)")

    code, output = run_until_said("never", Program("web", stays, 36), Program("worker", leaves, 33))

    assert code == 7
    assert "worker ended with code 7" in output


def test_a_program_that_will_not_go_is_killed_with_its_children(monkeypatch, tmp_path):
    monkeypatch.setattr("helpdesk.runner.GRACE", 0.3)
    stubborn = python(
        """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.fork()
        print("pid", os.getpid())
        time.sleep(60)
        """
    )

    _, output = run_until_said("pid", Program("web", stubborn, 36))

    pids = [int(line.split()[-1]) for line in output.splitlines() if "pid" in line]
    until(lambda: not any(is_alive(pid) for pid in pids))


def test_changed_code_starts_the_programs_anew(tmp_path):
    code = tmp_path / "code.py"
    code.write_text("first = 1")
    talks = python(f"import time; print('read', open({str(code)!r}).read()); time.sleep(60)")
    output = io.StringIO()
    runner = Runner([Program("web", talks, 36)], environment=os.environ, output=output, watched=tmp_path)

    def edit_then_leave() -> None:
        if "second" in output.getvalue():
            os.kill(os.getpid(), signal.SIGINT)
        elif "first" in output.getvalue() and "second" not in code.read_text():
            code.write_text("second = 2")

    runner.run(every_tick=edit_then_leave)

    assert "web     │ read first = 1\n" in output.getvalue()
    assert "web     │ read second = 2\n" in output.getvalue()


def test_broken_code_waits_for_the_next_change(tmp_path):
    code, output = run_until_said(
        "ended with code 1", Program("web", python("raise SystemExit(1)"), 36), watched=tmp_path
    )

    assert code == 0
    assert "web ended with code 1" in output


def test_what_was_added_later_is_stopped_first():
    says_goodbye = python(
        """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("goodbye")))
        print("hello")
        time.sleep(60)
        """
    )
    output = io.StringIO()
    runner = Runner([Program("web", says_goodbye, 36)], environment=os.environ, output=output)

    def add_then_leave() -> None:
        said = output.getvalue()
        if said.count("hello") == 2:
            os.kill(os.getpid(), signal.SIGINT)
        elif said.count("hello") == 1 and "worker" not in runner._running:
            runner.add([Program("worker", says_goodbye, 33)])

    runner.run(every_tick=add_then_leave)

    until(lambda: output.getvalue().count("goodbye") == 2)
    assert output.getvalue().index("worker  │ goodbye") < output.getvalue().index("web     │ goodbye")


RUNNER_OF_A_SLEEPER = """
    import os, sys
    from helpdesk.runner import Program, Runner
    sleeper = [sys.executable, "-uc", "import os, time; print('pid', os.getpid()); time.sleep(600)"]
    runner = Runner([Program("web", sleeper, 36)], environment=os.environ, with_parent={with_parent})
    sys.exit(runner.run(every_tick=lambda: None))
"""


def started(command: list[str]) -> tuple[subprocess.Popen[str], int]:
    """The process, and the id of the program that it runs."""
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline().split()[-1])


def test_kill_9_of_the_runner_leaves_nothing_behind():
    process, sleeper = started(python(RUNNER_OF_A_SLEEPER.format(with_parent=False)))

    process.kill()
    process.communicate()

    until(lambda: not is_alive(sleeper))


def test_kill_9_of_the_caller_stops_the_runner_that_was_told_to_go_with_it():
    runner = python(RUNNER_OF_A_SLEEPER.format(with_parent=True))
    process, sleeper = started(python(f"import subprocess; subprocess.run({runner!r})"))

    process.kill()
    process.communicate()

    until(lambda: not is_alive(sleeper))


def test_a_signal_stops_everything_in_good_order():
    process, sleeper = started(python(RUNNER_OF_A_SLEEPER.format(with_parent=False)))

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert not is_alive(sleeper)
