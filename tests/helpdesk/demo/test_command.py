"""When the demo desk is made, and where it may run."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from helpdesk.checks import demo_stays_home
from helpdesk.demo import loader
from tests.make import make_agent


@pytest.mark.django_db
def test_a_desk_with_people_of_its_own_is_left_alone(settings):
    settings.DEMO = True
    make_agent()

    with pytest.raises(CommandError, match="people of its own"):
        call_command("demo")


@pytest.mark.django_db
def test_without_the_switch_there_is_no_demo(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="HELPDESK_DEMO=1"):
        call_command("demo")
    assert not loader.is_made()


@pytest.mark.parametrize(
    ("site", "allowed", "is_fine"),
    [
        ("127.0.0.1", ["127.0.0.1", "localhost"], True),
        ("help.example.com", ["127.0.0.1"], False),
        ("localhost", ["*"], False),
        ("localhost", ["192.168.1.5"], False),
    ],
)
def test_a_demo_answers_under_names_of_this_machine_only(settings, site, allowed, is_fine):
    settings.DEMO, settings.SITE_HOST, settings.ALLOWED_HOSTS = True, site, allowed

    assert (demo_stays_home() == []) is is_fine
    settings.DEMO = False
    assert demo_stays_home() == []
