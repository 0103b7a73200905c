"""Who changed which setting of the desk, when, and from where. (A ticket's own history is its events.)"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.db.models.functions import Now

from foundation.models import AuditEntry
from foundation.secrets import MASK, Secrets
from foundation.tidying import in_batches

# Who did it: the agent's id and name. None for what the desk does by itself.
Actor = tuple[int | None, str]
# {"field": [before, after]}
Changes = Mapping[str, list[Any]]

SECRET_NAME = re.compile(
    r"passw|secret|token|credential|private|api_?key|authori[sz]ation|otp|recovery", re.IGNORECASE
)
LONGEST_VALUE = 2000
KEPT = timedelta(days=2 * 365)


def record(
    *,
    actor: Actor | None,
    action: str,
    obj: Model | None = None,
    changes: Changes | None = None,
    ip: str | None = None,
) -> AuditEntry:
    """Write an entry, in the transaction of the change it tells of.

    `action` is "<thing>.<past tense>", such as "inbox.changed". Values of fields whose name sounds like a
    secret, and all Secrets, are masked; that they changed is still seen.
    """
    actor_id, actor_label = actor or (None, "")
    return AuditEntry.objects.create(
        actor_id=actor_id,
        actor_label=actor_label[:200],
        action=action,
        object_type=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk) if obj else "",
        object_label=str(obj)[:200] if obj else "",
        changes={field: [_shown(field, value) for value in pair] for field, pair in (changes or {}).items()},
        ip=ip,
    )


def forget_old() -> int:
    """Delete entries that are older than what is kept; the database refuses where one is younger than a year."""
    return in_batches(AuditEntry.objects.filter(created_at__lt=Now() - KEPT))


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs between two sets of values, as `record` wants it."""
    fields = {**before, **after}
    return {
        field: [before.get(field), after.get(field)]
        for field in fields
        if before.get(field) != after.get(field)
    }


def _shown(field: str, value: Any) -> Any:
    """A value as it may stand in the audit trail: masked if secret, plain JSON, and of bounded length."""
    if isinstance(value, Secrets) or SECRET_NAME.search(field):
        return _masked(value)
    if isinstance(value, Mapping):
        return {str(name): _shown(str(name), item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shown("", item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else _as_text(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _masked(item) for name, item in value.items()}
    return MASK if value else value


def _as_text(value: Any) -> str:
    try:
        return str(json.loads(json.dumps(value, cls=DjangoJSONEncoder)))
    except TypeError:
        return str(value)
