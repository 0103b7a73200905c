"""The bell: who hears of what, through real Redis and real sockets."""

import asyncio
import json
from datetime import timedelta

import pytest
import redis.asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from accounts import agents
from helpdesk.asgi import application
from tests.make import make_agent, make_message, make_team, make_ticket
from tickets import dispatch, events
from tickets.live import broadcast, catch_up, consumers, presence
from tickets.live import hub as hubs
from tickets.live.bells import Bell, Ears, ears_of, ears_of_all
from tickets.models import TicketEvent
from tickets.services import workflow

PATIENCE = 5


def bell(**fields):
    return Bell(
        **{
            "number": 42,
            "event": 7,
            "kinds": ("status.changed",),
            "teams": frozenset(),
            "assignees": frozenset(),
        }
        | fields
    )


class TestWhoHears:
    def ears(self, **fields):
        return Ears(**{"agent": 1, "hears_all": False, "teams": frozenset({10})} | fields)

    @pytest.mark.parametrize(
        ("ears", "rung", "heard"),
        [
            ({"hears_all": True}, {}, True),
            ({}, {}, False),
            ({}, {"teams": frozenset({10, 11})}, True),
            ({}, {"teams": frozenset({11})}, False),
            ({}, {"assignees": frozenset({1})}, True),
            ({}, {"assignees": frozenset({10})}, False),
            ({"teams": frozenset()}, {"teams": frozenset({10})}, False),
        ],
    )
    def test_the_team_the_assignee_and_who_reads_all(self, ears, rung, heard):
        assert self.ears(**ears).hear(bell(**rung)) is heard

    @pytest.mark.django_db
    def test_it_is_the_rule_of_visible_to(self):
        ticket = make_ticket(team="Billing", assignee=make_agent())
        rung = Bell.of(ticket.events.last())
        for role, team in [
            ("Agent", None),
            ("Team agent", "Billing"),
            ("Team agent", "Legal"),
            ("Observer", None),
        ]:
            agent = make_agent(role=role, team=team)
            sees = type(ticket).objects.visible_to(agent).filter(pk=ticket.pk).exists()

            assert ears_of(agent).hear(rung) is sees
            assert ears_of_all({agent.pk})[agent.pk][0] == ears_of(agent)

    @pytest.mark.django_db
    def test_who_lost_a_ticket_hears_that_it_went(self):
        before, after = make_agent(), make_agent()
        ticket = make_ticket(team="Billing", assignee=before)
        workflow.assign(ticket=ticket, assignee=after, actor=after)
        assert Bell.of(ticket.events.last()).assignees == {before.pk, after.pk}

        workflow.move_to_team(ticket=ticket, team=make_team("Legal"), actor=after)
        assert Bell.of(ticket.events.last()).teams == {make_team("Billing").pk, make_team("Legal").pk}

    @pytest.mark.django_db
    def test_who_is_not_active_has_no_ears(self):
        assert ears_of_all({make_agent(is_active=False).pk}) == {}

    def test_it_carries_no_words(self):
        told = bell(teams=frozenset({1}), assignees=frozenset({2})).frame()

        assert told == {"cursor": 7, "ticket": 42, "kinds": ("status.changed",)}
        assert Bell.loads(bell(teams=frozenset({3})).dumps()) == bell(teams=frozenset({3}))


@pytest.mark.django_db
class TestCatchingUp:
    def since(self, cursor, agent=None):
        return catch_up.since(cursor, agent or make_agent())

    def test_what_came_after_the_cursor_is_told_ticket_by_ticket(self):
        old, first, second = make_ticket(), make_ticket(), make_ticket()
        TicketEvent.objects.filter(ticket=old).update(created_at=now() - timedelta(hours=1))
        cursor = old.events.last().pk
        workflow.change_priority(ticket=first, priority=4, actor=make_agent())

        told = self.since(cursor)

        assert {event["ticket"] for event in told["events"]} == {first.number, second.number}
        assert told["cursor"] == catch_up.newest()
        [frame] = [event for event in told["events"] if event["ticket"] == first.number]
        assert events.PRIORITY_CHANGED in frame["kinds"]

    def test_an_event_that_was_seen_late_is_told_once_more(self):
        """Numbers are given before commits: a smaller one may appear after a larger."""
        early, late = make_ticket(), make_ticket()
        cursor = late.events.last().pk  # the browser has heard this one, and not yet the one before

        assert early.number in {event["ticket"] for event in self.since(cursor)["events"]}

    def test_what_is_old_is_not_told_again(self):
        ticket = make_ticket()
        TicketEvent.objects.update(created_at=now() - timedelta(minutes=5))

        assert self.since(ticket.events.last().pk)["events"] == []

    def test_it_keeps_to_what_one_may_hear(self):
        make_ticket(team="Legal")
        gone = make_ticket(team="Billing")
        outsider = make_agent(role="Team agent", team="Billing")
        workflow.move_to_team(ticket=gone, team=make_team("Legal"), actor=make_agent())

        assert {event["ticket"] for event in self.since(0, outsider)["events"]} == {gone.number}

    def test_too_much_is_a_fresh_start(self, monkeypatch):
        monkeypatch.setattr(catch_up, "TOLD_AT_MOST", 1)
        make_ticket(), make_ticket()

        told = self.since(0)

        assert told["reset"] is True
        assert len(told["events"]) == 1

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 30])
    def test_without_a_cursor_all_is_fetched(self, client, cursor):
        client.force_login(make_agent())

        answer = client.get("/live/since/", {"cursor": cursor}).json()

        assert (answer["events"], answer["reset"]) == ([], True)


# ---- Through the wire


def signed_in(agent):
    client = Client()
    client.force_login(agent)
    return client


def connect(client, origin="http://127.0.0.1"):
    cookie = (
        f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        if client
        else ""
    )
    headers = [(b"origin", origin.encode()), (b"host", b"127.0.0.1"), (b"cookie", cookie.encode())]
    return WebsocketCommunicator(application, "/ws/live/", headers=headers)


@sync_to_async
def prepare(**fields):
    agent = make_agent(**fields)
    return agent, signed_in(agent)


@sync_to_async
def change(ticket):
    make_message(ticket)
    dispatch.process_events()


async def hears(socket):
    """The next frame about a ticket."""
    while True:
        frame = json.loads(await socket.receive_from(timeout=PATIENCE))
        if "ticket" in frame:
            return frame


async def is_silent(socket):
    while not await socket.receive_nothing(timeout=0.3, interval=0.05):
        if "ticket" in json.loads(await socket.receive_from(timeout=PATIENCE)):
            return False
    return True


@pytest.mark.django_db(transaction=True)
class TestSocket:
    async def test_a_change_rings_after_its_commit(self):
        _agent, client = await prepare()
        ticket = await sync_to_async(make_ticket)()
        await sync_to_async(dispatch.process_events)()
        socket = connect(client)
        assert (await socket.connect(timeout=PATIENCE))[0]

        await change(ticket)

        frame = await hears(socket)
        assert frame["ticket"] == ticket.number
        assert "message.received" in frame["kinds"]
        assert frame["cursor"] == await sync_to_async(catch_up.newest)()
        await socket.disconnect()

    async def test_teams_hear_of_their_own_tickets_only(self):
        _agent, client = await prepare(role="Team agent", team="Billing")
        ours = await sync_to_async(make_ticket)(team="Billing")
        theirs = await sync_to_async(make_ticket)(team="Legal")
        await sync_to_async(dispatch.process_events)()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)

        await change(theirs)
        assert await is_silent(socket)
        await change(ours)
        assert (await hears(socket))["ticket"] == ours.number
        await socket.disconnect()

    async def test_one_ring_per_ticket_and_transaction(self):
        _agent, client = await prepare()
        ticket = await sync_to_async(make_ticket)()
        await sync_to_async(dispatch.process_events)()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)

        await sync_to_async(workflow.change_priority)(ticket=ticket, priority=4, actor="")
        await change(ticket)

        kinds = (await hears(socket))["kinds"]
        assert kinds == ["priority.changed", "message.received"]
        assert await is_silent(socket)
        await socket.disconnect()

    async def test_strangers_and_foreign_pages_hear_nothing(self):
        stranger = connect(None)
        await stranger.connect(timeout=PATIENCE)
        assert (await stranger.receive_output(timeout=PATIENCE))["code"] == hubs.NOT_ALLOWED

        _agent, client = await prepare()
        foreign = connect(client, origin="https://evil.test")
        assert not (await foreign.connect(timeout=PATIENCE))[0]

    async def test_a_right_that_was_taken_away_is_gone_within_seconds(self):
        agent, client = await prepare(role="Team agent", team="Billing")
        ticket = await sync_to_async(make_ticket)(team="Billing")
        await sync_to_async(dispatch.process_events)()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)

        await sync_to_async(agent.teams.clear)()
        await hubs.hub().ask_rights()  # what the hub does every RIGHTS_ASKED_EVERY seconds
        await change(ticket)

        assert await is_silent(socket)
        assert hubs.RIGHTS_ASKED_EVERY <= 4
        await socket.disconnect()

    @pytest.mark.parametrize("end", ["deactivated", "signed out", "new password"])
    async def test_who_may_not_be_here_any_more_is_cut_off(self, end):
        agent, client = await prepare()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)

        if end == "deactivated":
            await sync_to_async(agents.deactivate)(agent, actor=None)
        elif end == "signed out":
            await Session.objects.all().adelete()
        else:
            agent.set_password("another long password")
            await agent.asave()
        await hubs.hub().ask_rights()

        while (output := await socket.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
            pass
        assert output["code"] == hubs.NOT_ALLOWED

    async def test_the_hub_asks_for_rights_by_itself(self, monkeypatch):
        monkeypatch.setattr(hubs, "RIGHTS_ASKED_EVERY", 0.05)
        agent, client = await prepare()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)
        agent.is_active = False
        await agent.asave()

        while (output := await socket.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
            pass
        assert output["code"] == hubs.NOT_ALLOWED

    async def test_a_socket_that_does_not_keep_up_is_cut_and_holds_up_nobody(self):
        closed = []

        async def close(code):
            closed.append(code)

        ears = Ears(agent=1, hears_all=True, teams=frozenset())
        slow, quick = (hubs.Socket(ears=ears, session="", session_hash="", close=close) for _ in range(2))
        hub = hubs.Hub()
        hub.sockets = {slow, quick}

        for number in range(hubs.QUEUED_AT_MOST + 1):
            hub.ring(bell(event=number))
            quick.queue.get_nowait()
        await asyncio.sleep(0)

        assert closed == [hubs.TOO_SLOW]
        assert hub.sockets == {quick}

    async def test_a_burst_cuts_no_socket_that_reads(self):
        _agent, client = await prepare()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)
        many = [bell(event=number) for number in range(3 * hubs.QUEUED_AT_MOST)]

        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as server, server.pipeline() as pipe:
            for rung in many:
                pipe.publish(settings.LIVE_CHANNEL, rung.dumps())
            await pipe.execute()

        heard = 0
        while heard < len(many):
            heard += "ticket" in json.loads(await socket.receive_from(timeout=PATIENCE))
        await socket.disconnect()

    async def test_after_a_broken_subscription_browsers_are_told_to_catch_up(self, monkeypatch):
        monkeypatch.setattr(hubs, "RECONNECT_AFTER", (0.01,))
        _agent, client = await prepare()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)
        assert "catch_up" in json.loads(await socket.receive_from(timeout=PATIENCE))

        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as server:
            await server.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

        assert json.loads(await socket.receive_from(timeout=PATIENCE)) == {"catch_up": True}
        await socket.disconnect()

    async def test_the_last_to_leave_ends_the_subscription(self):
        _agent, client = await prepare()
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)
        assert hubs.hub()._tasks

        await socket.disconnect()

        assert not hubs.hub()._tasks
        assert not hubs.hub().sockets


class TestPresence:
    @pytest.fixture(autouse=True)
    def every_word_counts(self, monkeypatch):
        monkeypatch.setattr(consumers, "LEAST_BETWEEN_WORDS", 0)

    async def open(self, ticket, state="viewing", **fields):
        _agent, client = await prepare(**fields)
        socket = connect(client)
        await socket.connect(timeout=PATIENCE)
        await self.say(socket, ticket, state)
        return socket

    async def say(self, socket, ticket, state):
        await socket.send_to(json.dumps({"ticket": ticket.number, "state": state}))

    async def sees(self, socket, wanted):
        """Wait until the socket is told of these people."""
        while True:
            frame = json.loads(await socket.receive_from(timeout=PATIENCE))
            if "presence" in frame and frame["people"] == wanted:
                return

    @pytest.mark.django_db(transaction=True)
    async def test_everybody_is_told_of_the_others(self):
        ticket = await sync_to_async(make_ticket)()
        mika = await self.open(ticket, name="Mika")
        priya = await self.open(ticket, name="Priya")
        await self.sees(mika, [{"name": "Priya", "state": "viewing"}])
        await self.sees(priya, [{"name": "Mika", "state": "viewing"}])

        await self.say(priya, ticket, "replying")
        await self.sees(mika, [{"name": "Priya", "state": "replying"}])
        await priya.disconnect()
        await self.sees(mika, [])
        await mika.disconnect()

    @pytest.mark.django_db(transaction=True)
    async def test_a_second_window_of_the_same_agent_is_nobody_else(self):
        ticket = await sync_to_async(make_ticket)()
        agent, client = await prepare(name="Mika")
        windows = [connect(client), connect(await sync_to_async(signed_in)(agent))]
        for window in windows:
            await window.connect(timeout=PATIENCE)
            await self.say(window, ticket, "viewing")
            await self.sees(window, [])
        for window in windows:
            await window.disconnect()

    @pytest.mark.django_db(transaction=True)
    async def test_who_does_not_see_the_ticket_neither_shows_up_nor_is_told(self):
        ticket = await sync_to_async(make_ticket)(team="Legal")
        mika = await self.open(ticket, name="Mika")
        await self.sees(mika, [])
        outsider = await self.open(ticket, name="Mallory", role="Team agent", team="Billing")

        await self.say(mika, ticket, "replying")
        await self.sees(mika, [])
        assert await outsider.receive_nothing(timeout=0.3) or "catch_up" in await outsider.receive_from()
        await outsider.disconnect()
        await mika.disconnect()

    async def test_who_stopped_breathing_is_gone(self):
        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
            there = presence.Presence(client)
            await client.hset(there._key(1), "7:a", json.dumps(["Mika", "viewing", 0]))
            assert await there.people(1) == []
            assert await there.leave(1, agent=7, window="a")

    @given(st.text() | st.from_regex(r'\{"ticket": \d+, "state": "\w+"\}', fullmatch=True))
    def test_nothing_a_stranger_sends_is_more_than_a_word(self, text):
        word = presence.Word.parse(text)

        assert word is None or (0 < word.ticket < 2**63 and word.state in presence.STATES)

    @pytest.mark.parametrize(
        "text",
        [
            None,
            "",
            "[]",
            "1",
            "{}",
            '{"ticket": true, "state": "viewing"}',
            '{"ticket": "1", "state": "viewing"}',
            "[" * 150,
        ],
    )
    def test_what_is_no_word_is_left_alone(self, text):
        assert presence.Word.parse(text) is None


@pytest.mark.django_db
class TestRinging:
    def test_nothing_rings_for_what_is_rolled_back(self, monkeypatch):
        rung = []
        monkeypatch.setattr(broadcast, "publish", rung.extend)
        ticket = make_ticket()
        with transaction.atomic():
            broadcast.ring_after_commit(ticket.events.last())
            transaction.set_rollback(True)

        assert not [hook for hook in connection.run_on_commit if hook[1].__class__.__name__ == "_Ringing"]
        assert rung == []

    def test_a_lost_redis_stops_nothing(self, monkeypatch, caplog):
        dead = redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2)
        monkeypatch.setattr(broadcast, "_redis", lambda: dead)

        broadcast.publish([bell()])

        assert "browsers will catch up" in caplog.text
