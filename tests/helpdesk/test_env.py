"""Settings come from the environment, and what is wrong with one is said loudly, without giving a secret away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from helpdesk.embedded.layout import PROJECT

CANARY = "canary-that-is-32-characters-long-0123456789"
GOOD = {
    "HELPDESK_PROFILE": "production",
    "SITE_URL": "https://help.example.com",
    "SECRET_KEY": CANARY,
    "METRICS_TOKEN": CANARY,
    "DATABASE_URL": f"postgresql://desk:{CANARY}@localhost/desk",
    "REDIS_URL": f"redis://:{CANARY}@localhost/0",
}
ASK = "from django.conf import settings; settings.DEBUG; print({})"


def load(told: dict[str, str], what: str = "'fine'") -> tuple[int, str]:
    """Exit code and all that a desk with this environment says."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "helpdesk.settings", **told}
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(what)],
        cwd=PROJECT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_is_right_is_taken():
    code, said = load(
        GOOD, "settings.SITE_URL, settings.DEBUG, settings.PASSWORD_HASHERS, settings.SESSION_COOKIE_NAME"
    )

    assert code == 0, said
    assert said.strip() == (
        "https://help.example.com False ['django.contrib.auth.hashers.Argon2PasswordHasher'] __Host-desk"
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short to be safe"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE: cannot read /nowhere/key"),
        ({"METRICS_TOKEN": ""}, "METRICS_TOKEN must be set"),
        ({"SITE_URL": ""}, "SITE_URL must be set"),
        ({"SITE_URL": "help.example.com"}, "SITE_URL must be an address such as https://help.example.com"),
        ({"DATABASE_URL": ""}, "DATABASE_URL and REDIS_URL must be set in production"),
        (
            {"DATABASE_URL": f"mysql://desk:{CANARY}@localhost/desk"},
            "DATABASE_URL must be a PostgreSQL address",
        ),
        (
            {"DATABASE_URL": f"postgresql://desk:{CANARY}@localhost:port/desk"},
            "DATABASE_URL must be a PostgreSQL",
        ),
        ({"DATABASE_URL": f"postgres//desk:{CANARY}@localhost"}, "DATABASE_URL must be a PostgreSQL address"),
        ({"HELPDESK_PROFILE": "produktion"}, "HELPDESK_PROFILE must be one of dev, test, production"),
        ({"DEBUG": "maybe"}, "DEBUG must be 1 or 0"),
        ({"DEBUG": "1"}, "DEBUG shows settings and code"),
        ({"HELPDESK_DEMO": "1"}, "HELPDESK_DEMO is for development"),
        ({"CLAIM_LEASE_SECONDS": "soon"}, "CLAIM_LEASE_SECONDS must be a whole number"),
    ],
)
def test_security87_what_is_wrong_is_said_and_no_secret_with_it(wrong, sentence):
    code, said = load(GOOD | wrong)

    assert code != 0
    assert sentence in said.splitlines()[-1]
    assert CANARY not in said
