"""What somebody in charge must know on whatever page they are: a banner across the agents' pages.

An app registers a question that is asked for people with a permission. The answer is kept for a minute for
everybody, so that no page pays for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from django.core.cache import cache

KEPT_FOR = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    text: str
    url: str
    action: str  # what the link says


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    permission: str
    ask: Callable[[], Iterable[Alarm]]


QUESTIONS: list[Question] = []


def register(name: str, *, permission: str, ask: Callable[[], Iterable[Alarm]]) -> None:
    QUESTIONS.append(Question(name, permission, ask))


def alarms_for(may: Callable[[str], bool], language: str) -> list[Alarm]:
    """What this person must know, in their language; at most a minute old."""
    return [
        alarm for question in QUESTIONS if may(question.permission) for alarm in _answer(question, language)
    ]


def forget() -> None:
    """Ask anew, because something was mended."""
    cache.set("alarms:round", cache.get("alarms:round", 0) + 1)


def _answer(question: Question, language: str) -> list[Alarm]:
    key = f"alarms:{cache.get('alarms:round', 0)}:{question.name}:{language}"
    kept = cache.get(key)
    if kept is None:
        kept = json.dumps([asdict(alarm) for alarm in question.ask()])
        cache.set(key, kept, KEPT_FOR)
    return [Alarm(**alarm) for alarm in json.loads(kept)]
