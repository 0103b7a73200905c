"""What the desk writes down about itself: lines for people in development, JSON for machines in production."""

from __future__ import annotations

import re
from typing import Any

import structlog
import structlog.tracebacks
from structlog.typing import EventDict, Processor, WrappedLogger

# In an address, a piece this long is a token: whoever reads the log must not be able to use it.
TOKEN = re.compile(r"(?<=/)[\w-]{20,}(?=[/?\s]|$)")


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """For settings.LOGGING; the code itself uses the standard library's logging."""
    before: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(allow=("ticket", "inbox", "payload", "delivery", "event", "status_code")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_tokens,
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        # Never with local variables: those hold credentials and mail.
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        last += [
            structlog.processors.ExceptionRenderer(traces),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        plain = structlog.dev.plain_traceback
        last += [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "desk": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": last,
                "foreign_pre_chain": before,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "desk"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own set-up prints in development and mails admins in production; here both go to the root.
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.server": {"handlers": [], "propagate": True, "level": "INFO"},
            # Libraries that tell of every line they exchange.
            "mail.log": {"level": "WARNING"},
            "imapclient": {"level": "WARNING"},
            # Scanners try host names all day.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }


def without_tokens(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    event["event"] = TOKEN.sub("…", str(event["event"]))
    return event
