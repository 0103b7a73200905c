"""The house keeps its shape: imports run downward only, never in a circle, and each floor keeps to its doors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Who may import whom. An app that is missing from a row's set is out of reach for it.
MAY_IMPORT = {
    "foundation": set(),
    "accounts": {"foundation"},
    "tickets": {"foundation", "accounts"},
    "channels_inbox": {"foundation", "accounts", "tickets"},
    "knowledge_base": {"foundation", "accounts", "tickets"},
    "automation": {"foundation", "accounts", "tickets"},
    "metrics": {"foundation", "accounts", "tickets"},
    "helpdesk": {
        "foundation",
        "accounts",
        "tickets",
        "channels_inbox",
        "knowledge_base",
        "automation",
        "metrics",
    },
}
# What of the services the wings may use: the verbs of what comes in and what becomes of what goes out.
DOORS = {"tickets.services.conversation", "tickets.services.delivery"}
# A ticket that stands in for an unreadable message is closed again, with a note, by the one who opened it.
# What an agent does by mail is what they would do on the page.
SIDE_DOORS = {
    "channels_inbox.stand_ins": {"tickets.services.replies", "tickets.services.workflow"},
    "channels_inbox.agent_mail.answers": {"tickets.services.replies"},
    "channels_inbox.agent_mail.forwards": {"tickets.services.replies"},
}


@cache
def modules() -> dict[str, Path]:
    """Dotted names and their files, migrations left out."""
    found = {}
    for app in MAY_IMPORT:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[name.removesuffix(".__init__")] = path
    return found


def imports_of(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports, wherever in the file it does so."""
    known = modules()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield from [found for found in (name, name.rpartition(".")[0]) if found in known][:1]


@cache
def house() -> dict[str, set[str]]:
    return {name: set(imports_of(path)) - {name} for name, path in modules().items()}


def arrows() -> Iterator[tuple[str, str]]:
    for importer, targets in house().items():
        for imported in targets:
            yield importer, imported


def app_of(name: str) -> str:
    return name.partition(".")[0]


def last_of(name: str) -> str:
    return name.rpartition(".")[2]


def test_apps_import_only_downward():
    stray = [
        f"{importer} -> {imported}"
        for importer, imported in arrows()
        if app_of(importer) != app_of(imported) and app_of(imported) not in MAY_IMPORT[app_of(importer)]
    ]
    assert stray == []


def test_no_file_imports_in_a_circle():
    try:
        TopologicalSorter(house()).prepare()
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from None


def test_tasks_and_reactions_stand_on_top():
    stray = [
        f"{importer} -> {imported}"
        for importer, imported in arrows()
        if last_of(imported) in ("tasks", "reactions") and last_of(importer) != "apps"
    ]
    assert stray == []


def test_services_know_nothing_of_requests():
    above = {"views", "api", "forms", "urls", "live"}
    stray = [
        f"{importer} -> {imported}"
        for importer, imported in arrows()
        if ".services." in importer and above & set(imported.split("."))
    ]
    assert stray == []


def test_wings_write_tickets_through_their_doors_only():
    stray = [
        f"{importer} -> {imported}"
        for importer, imported in arrows()
        if app_of(importer) not in ("tickets", "helpdesk")
        and imported.startswith("tickets.services.")
        and imported not in DOORS | SIDE_DOORS.get(importer, set())
        and ".views" not in importer
    ]
    assert stray == []


def test_adapters_know_no_models_and_no_tickets():
    stray = [
        f"{importer} -> {imported}"
        for importer, imported in arrows()
        if last_of(importer) == "adapter"
        and (".models" in imported or app_of(imported) in ("tickets", "accounts"))
    ]
    assert stray == []


def test_every_file_says_in_its_first_line_what_it_is_for():
    silent = [
        name
        for name, path in modules().items()
        if len(path.read_text().splitlines()) > 12
        and last_of(name) not in ("apps", "urls")
        and path.name != "__init__.py"
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_user_content_becomes_safe_html_in_one_place_only():
    calls = re.compile(r"\bmark_safe\(|\|safe\b|\bautoescape off\b")
    files = [*modules().values(), *(ROOT / "templates").rglob("*.html")]
    stray = [
        str(path.relative_to(ROOT))
        for path in files
        if calls.search(path.read_text())
        and not str(path.relative_to(ROOT)).startswith("foundation/richtext")
    ]
    assert stray == []
