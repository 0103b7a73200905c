"""Fault points do nothing until they are armed, and cannot be misspelt."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from foundation import faults
from foundation.faults import Fault, FaultInjected

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.FAULTS_ALLOWED = True
    yield
    faults.arm("")


def test_an_unarmed_point_does_nothing():
    faults.point("intake.before_commit")


def test_a_plan_names_points_deeds_and_passes():
    assert faults.parse(
        "intake.before_commit=kill@3; outbox.after_accept=raise;imap.after_insert=hang:2.5@1;"
    ) == {
        "intake.before_commit": Fault("kill", at=3),
        "outbox.after_accept": Fault("raise"),
        "imap.after_insert": Fault("hang", at=1, seconds=2.5),
    }


@pytest.mark.parametrize(
    "plan", ["intake.beforecommit=raise", "intake.before_commit", "intake.before_commit=explode"]
)
def test_a_plan_with_a_mistake_is_refused(plan):
    with pytest.raises(ImproperlyConfigured, match="HELPDESK_FAULTS"):
        faults.arm(plan)


def test_faults_are_refused_in_production(settings):
    settings.FAULTS_ALLOWED = False

    with pytest.raises(ImproperlyConfigured, match="tests and development"):
        faults.arm("intake.before_commit=raise")
    faults.arm("")


def test_a_fault_comes_at_its_pass_only():
    with faults.armed("outbox.before_send=raise@2"):
        faults.point("outbox.before_send")
        faults.point("outbox.before_mark")
        with pytest.raises(FaultInjected, match=r"outbox\.before_send, pass 2"):
            faults.point("outbox.before_send")
        faults.point("outbox.before_send")

    faults.point("outbox.before_send")


def test_without_a_pass_it_comes_at_every_one():
    with faults.armed("outbox.before_send=raise"):
        for _pass in range(3):
            with pytest.raises(FaultInjected):
                faults.point("outbox.before_send")


def test_a_hang_holds_and_goes_on(monkeypatch):
    held = []
    monkeypatch.setattr(faults.time, "sleep", held.append)

    with faults.armed("imap.before_flag=hang:2"):
        faults.point("imap.before_flag")

    assert held == [2.0]


def test_a_kill_leaves_the_process_no_time_to_clean_up():
    program = (
        "from django.conf import settings\n"
        "settings.configure(FAULTS_ALLOWED=True)\n"
        "from foundation import faults\n"
        "faults.arm('intake.claimed=kill@2')\n"
        "try:\n"
        "    [(faults.point('intake.claimed'), print('passed', flush=True)) for _pass in range(3)]\n"
        "finally:\n"
        "    print('cleaned up', flush=True)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (-9, "passed\n")


def test_a_point_that_is_not_in_the_list_is_found_when_faults_are_armed():
    with faults.armed("imap.before_flag=raise"), pytest.raises(LookupError, match="FAULT_POINTS"):
        faults.point("imap.beforeflag")


def test_every_point_in_the_code_is_in_the_list():
    passed = {
        (path.name, call.args[0].value)
        for path in ROOT.glob("[a-z]*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in ("tests", "static", "bench")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "faults.point"
    }

    assert {(name, point) for name, point in passed if point not in faults.FAULT_POINTS} == set()
