"""The whole desk from one command, for a developer's machine and for the demo."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import magic_links
from helpdesk.demo import loader
from helpdesk.health import waiting_migrations
from helpdesk.loopback import is_loopback
from helpdesk.runner import Program, Runner

PATIENCE_FOR_THE_PORT = 12.0  # seconds: a run that was just killed needs some to go
READY_ASKED_EVERY = 0.2


class Command(BaseCommand):
    help = "Run web, worker, beat and mail fetcher together; the embedded services are up by then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--reload", action="store_true", help="start anew when the code changes")
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the calling process is gone"
        )

    def handle(self, *, host: str, port: int, reload: bool, with_parent: bool, **options: Any) -> None:
        refuse_a_public_demo(host)
        wait_for_port(host, port)
        desk = Runner(
            visible_programs(host, port),
            environment=environment(host, port),
            watched=settings.BASE_DIR if reload else None,
            with_parent=with_parent,
        )
        if waiting_migrations():
            desk.say("preparing the database …")
            call_command("migrate", verbosity=0)
        if settings.DEMO and not loader.is_made():
            desk.say("making the demo desk, once …")
            call_command("demo", verbosity=0)
        desk.say("starting …")
        sys.exit(desk.run(every_tick=Announcement(desk, f"http://{host}:{port}")))


def visible_programs(host: str, port: int) -> list[Program]:
    """What a visitor meets: these start first and have the machine to themselves."""
    web = [sys.executable, "-m", "uvicorn", "helpdesk.asgi:application", "--host", host, "--port", str(port)]
    web += ["--ws", "websockets-sansio", "--lifespan", "off", "--log-level", "warning", "--no-access-log"]
    web += ["--timeout-graceful-shutdown", "3"]
    table = [Program("web", web, 36)]
    if settings.DEMO:
        table.append(Program("mail", [sys.executable, manage(), "demo_mail"], 31))
    return table


def busy_programs() -> list[Program]:
    """What works behind the pages. Nothing is lost while they are away: what is due stands in the database."""
    celery = [sys.executable, "-m", "celery", "-A", "helpdesk", "--quiet"]
    worker = [*celery, "worker", "-l", "warning", "-P", "threads", "-c", "4", "--without-gossip"]
    worker += ["--without-mingle"]
    beat = [*celery, "beat", "-l", "warning", "--pidfile=", "-s", str(settings.RUNTIME_DIR / "beat-schedule")]
    return [
        Program("worker", worker, 33),
        Program("beat", beat, 35),
        Program("fetcher", [sys.executable, manage(), "idle_mail"], 34),
    ]


def manage() -> str:
    return str(settings.BASE_DIR / "manage.py")


def environment(host: str, port: int) -> dict[str, str]:
    """What the programs are told: the services that run already, and where the desk is seen."""
    return os.environ | {
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        # Celery warns root about pickle, which is switched off here.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
    }


def refuse_a_public_demo(host: str) -> None:
    """The passwords of the demo desk are known to everybody."""
    if settings.DEMO and not is_loopback(host):
        raise CommandError(
            f"The demo desk listens on this machine only, not on {host}. Set HELPDESK_DEMO=0 for a real one."
        )


def wait_for_port(host: str, port: int) -> None:
    deadline = time.monotonic() + PATIENCE_FOR_THE_PORT
    while True:
        try:
            socket.create_server((host, port)).close()
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Nothing can listen on {host}:{port} ({error.strerror}). Is the desk running already? "
                    f"Another port: make run PORT={port + 1}"
                ) from None
            time.sleep(0.2)


class Announcement:
    """Once the desk answers: say where to click, and start the rest."""

    def __init__(self, desk: Runner, address: str) -> None:
        self.desk, self.address = desk, address
        self.made, self.next_question = False, 0.0

    def __call__(self) -> None:
        if self.made or time.monotonic() < self.next_question:
            return
        self.next_question = time.monotonic() + READY_ASKED_EVERY
        if answers(f"{self.address}/readyz") and demo_mail_listens():
            self.made = True
            self.announce()
            self.desk.add(busy_programs())

    def announce(self) -> None:
        self.desk.say(f"ready: {self.address}/   (Ctrl-C stops everything)")
        if settings.DEMO:
            self.desk.say(f"write to it as a customer: {self.address}/demo/mail/")
        links = magic_links.sign_in_links()
        if links:
            self.desk.say("sign in with one click, once:")
        for who, link in links:
            self.desk.say(f"  {who:<22} {link}")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as response:  # noqa: S310 (our own address)
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def demo_mail_listens() -> bool:
    if not settings.DEMO:
        return True
    try:
        for port in (settings.DEMO_IMAP_PORT, settings.DEMO_SMTP_PORT):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
