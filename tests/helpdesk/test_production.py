"""Production, as far as it goes without containers: the very commands of docker-compose.yml, run here."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import websockets
import yaml
from websockets import Origin

from helpdesk.embedded import Services
from helpdesk.embedded.layout import PROJECT
from tests.waiting import until

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
OURS = [name for name, service in COMPOSE["services"].items() if "build" in service]
PATIENCE = 60
BEHIND_THE_PROXY = {"Host": "desk.test", "X-Forwarded-Proto": "https"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def environment(services_home: Path) -> Iterator[dict[str, str]]:
    """What compose sets, on servers of our own, with the assets collected."""
    services = Services("test", base=services_home)
    names = {"SITE_HOST": "desk.test", "LOG_LEVEL": "INFO"}
    told = {
        name: filled_in(value, names) for name, value in COMPOSE["services"]["web"]["environment"].items()
    }
    secrets = services_home / "secrets"
    secrets.mkdir()
    for name in ("secret_key", "metrics_token"):
        (secrets / name).write_text("x" * 64)
    (secrets / "database_url").write_text(services.database_url)
    told = {name: value.replace("/run/secrets", str(secrets)) for name, value in told.items()}
    told |= {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "REDIS_URL": services.redis_url,
        "HELPDESK_RUNTIME_DIR": str(services_home),
        "MEDIA_ROOT": str(services_home / "media"),
        "STATIC_ROOT": str(services_home / "static"),
        "PYTHONUNBUFFERED": "1",
    }
    with services.running():
        # The API's documentation is large, and whoever built the image has it.
        run("python manage.py collectstatic --noinput -v0 -i drf_spectacular_sidecar -i admin", told)
        run(COMPOSE["services"]["migrate"]["command"], told)
        yield told


def filled_in(words: str, names: dict[str, str]) -> str:
    """Compose's ${NAME:-default}."""
    return re.sub(
        r"\$\{(\w+)(?::?[-?]([^}]*))?\}", lambda found: names.get(found[1], found[2] or ""), str(words)
    )


def run(command: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        shlex.split(command), cwd=PROJECT, env=environment, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def running(service: str, environment: dict[str, str], **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    command = filled_in(COMPOSE["services"][service]["command"], {})
    for before, after in changes.items():
        command = command.replace(before.replace("__", " "), after)
    process = subprocess.Popen(shlex.split(command), cwd=PROJECT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        # uvicorn leaves in good order and then by the signal that told it to.
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)


def ended(process: subprocess.Popen[bytes]) -> Callable[[], bool]:
    return lambda: process.poll() is not None


def answers(address: str) -> bool:
    """The health check of the containers."""
    return (
        subprocess.run(
            [sys.executable, "deploy/probe.py", address], cwd=PROJECT, capture_output=True
        ).returncode
        == 0
    )


@pytest.fixture(scope="module")
def web(environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    with running("web", environment | {"WEB_BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}) as process:
        until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), unless=ended(process))
        yield f"http://127.0.0.1:{port}"


def get(address: str, **headers: str) -> requests.Response:
    return requests.get(address, headers=BEHIND_THE_PROXY | headers, allow_redirects=False, timeout=20)


def test_gunicorn_serves_the_sign_in_page_with_its_assets(web):
    page = get(f"{web}/login/")

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "secure" in page.headers["Set-Cookie"].lower()
    (stylesheet,) = re.findall(r'href="(/static/app\.[0-9a-f]+\.css)"', page.text)
    assert "immutable" in get(web + stylesheet).headers["Cache-Control"]


def test_files_that_are_too_large_cost_nobody_their_words(web):
    page = get(f"{web}/requests/new/")
    (cookie,) = (each for each in page.cookies if "csrf" in each.name)
    sent = {"csrfmiddlewaretoken": cookie.value, "subject": "Charged twice", "text": "A long story."}

    answer = requests.post(
        f"{web}/requests/new/",
        sent,
        files={"attachments": ("a.bin", bytes(60 * 2**20))},
        headers={
            **BEHIND_THE_PROXY,
            "Cookie": f"{cookie.name}={cookie.value}",
            "Referer": "https://desk.test/requests/new/",
        },
        timeout=60,
    )

    assert answer.status_code == 413
    assert "larger than 50 MB" in answer.text
    assert "A long story." in answer.text


def test_plain_http_is_sent_to_https(web):
    answer = get(f"{web}/login/", **{"X-Forwarded-Proto": "http"})

    assert (answer.status_code, answer.headers["Location"]) == (301, "https://desk.test/login/")


def test_another_host_name_is_refused(web):
    assert get(f"{web}/login/", Host="evil.test").status_code == 400


def test_metrics_need_the_token(web):
    assert get(f"{web}/metrics").status_code == 403
    assert "helpdesk_database_up 1.0" in get(f"{web}/metrics", Authorization=f"Bearer {'x' * 64}").text


def test_uvicorn_serves_the_live_bell_to_those_who_are_signed_in(environment):
    port = free_port()

    async def knock() -> None:
        async with websockets.connect(
            f"ws://127.0.0.1:{port}/ws/live/",
            origin=Origin("https://desk.test"),
            additional_headers={"Host": "desk.test"},
        ) as socket_:
            await socket_.recv()

    with running("ws", environment, **{"0.0.0.0": "127.0.0.1", "8001": str(port)}) as process:
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), unless=ended(process))
        with pytest.raises((websockets.InvalidStatus, websockets.ConnectionClosed)):
            asyncio.run(knock())


def test_worker_and_beat_run(environment, tmp_path):
    schedule = tmp_path / "beat-schedule"
    ping = "celery -A helpdesk inspect ping -t 2"
    with (
        running("worker", environment) as worker,
        running("beat", environment, **{"/tmp/beat-schedule": str(schedule)}) as beat,
    ):
        until(
            lambda: subprocess.run(shlex.split(ping), cwd=PROJECT, env=environment).returncode == 0,
            unless=ended(worker),
        )
        until(lambda: list(tmp_path.glob("beat-schedule*")), unless=ended(beat))


def test_the_fetcher_runs_until_it_is_told_to_stop(environment):
    with running("fetcher", environment) as process, pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)


def test_every_process_of_ours_runs_unprivileged_and_is_given_the_same_settings():
    assert set(OURS) == {"migrate", "web", "ws", "worker", "beat", "fetcher"}
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"]
        assert COMPOSE["services"]["web"]["environment"].items() >= service["environment"].items()
    assert "\nUSER desk\n" in (PROJECT / "Dockerfile").read_text()


def test_every_secret_is_made_by_the_script(tmp_path):
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make_secrets.sh"
    script.write_text((PROJECT / "deploy" / "make_secrets.sh").read_text())

    subprocess.run(["sh", script], check=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", script], check=True)
    second = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    assert set(first) == set(COMPOSE["secrets"])
    assert first == second
    assert len(set(first.values())) == 4
    assert first["database_password"] in first["database_url"]


def test_every_variable_of_compose_is_explained():
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", (PROJECT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(\w+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))

    assert wanted == explained


def test_the_image_gets_every_app():
    from django.conf import settings

    sent = (PROJECT / ".dockerignore").read_text().split()
    ours = {name for name in settings.INSTALLED_APPS if (PROJECT / name).is_dir()}

    assert {f"!{name}" for name in [*ours, "templates", "static", "requirements", "manage.py"]} <= set(sent)


def test_development_and_production_sort_alike():
    assert "--locale-provider=builtin --builtin-locale=C.UTF-8" in str(
        COMPOSE["services"]["db"]["environment"]
    )
    assert COMPOSE["services"]["db"]["image"].endswith("pg18")


def test_a_demo_never_starts_in_production(environment):
    demo = environment | {"HELPDESK_DEMO": "1"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env=demo,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "HELPDESK_DEMO is for development" in done.stderr
