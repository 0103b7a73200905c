"""Play a conversation: every line through the door that real ones take, then put back to its own hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from channels_inbox import intake
from channels_inbox.email import reply_address
from channels_inbox.form.submission import Submission
from channels_inbox.models import InboundPayload, Inbox
from foundation.tokens import random_token
from helpdesk.demo import files, mail
from helpdesk.demo.company import Company
from helpdesk.demo.past import Past
from helpdesk.demo.post import PostOffice
from helpdesk.demo.script import Case, Conversation, Kind, Line
from tickets import dispatch
from tickets.files import store
from tickets.models import Message, Priority, Ticket
from tickets.services import replies, workflow

TRIAGE_AFTER = 6  # minutes
BOUNCED = "550 5.1.1 <{address}>: Recipient address rejected: User unknown"
NO_ANSWER = "The server did not answer after it was given the mail (The server did not answer in time.)."


@dataclass(slots=True)
class Stage:
    company: Company
    past: Past
    now: datetime
    post: PostOffice = field(default_factory=PostOffice)

    def play(self, conversation: Conversation, case: Case, number: int) -> Ticket:
        """Make the ticket that this case of a conversation has come to by now."""
        return _Play(self, conversation, case, number).run()


class _Play:
    def __init__(self, stage: Stage, conversation: Conversation, case: Case, number: int) -> None:
        self.stage, self.conversation, self.case = stage, conversation, case
        self.company, self.past = stage.company, stage.past
        self.customer = self.company.customers[case.customer]
        self.words = _words(self.customer, number)
        self.ticket: Ticket | None = None
        self.last: Message | None = None  # of ours, to which the customer answers
        self.ids: list[str] = []  # of the mails so far

    def run(self) -> Ticket:
        moment = self.stage.now - timedelta(minutes=self.case.ago)
        lines = self.conversation.lines[: self.case.lines]
        self.open(lines[0], moment, then=lines[1].after if lines[1:] else 2 * TRIAGE_AFTER)
        for line in lines[1:]:
            moment += timedelta(minutes=line.after)
            if moment > self.stage.now:
                break
            self.say(line, moment)
        self.finish(min(max(moment, self.triaged) + timedelta(minutes=3), self.stage.now))
        return self.opened

    def open(self, line: Line, at: datetime, *, then: int) -> None:
        """The first line, and what the desk makes of it before the next one, `then` minutes later."""
        self.say(line, at)
        seen = at + timedelta(minutes=min(TRIAGE_AFTER, then / 2))
        self.triaged = min(seen, self.stage.now)
        if seen < self.stage.now or self.case.priority:
            self.triage(self.triaged)

    def say(self, line: Line, at: datetime) -> None:
        match line.kind:
            case Kind.ASKS if self.conversation.channel == "form" and self.ticket is None:
                self.fill_in_form(line, at)
            case Kind.ASKS | Kind.AWAY:
                self.write(line, at, self.customer)
            case Kind.STRANGER:
                self.write(line, at, self.company.customers[line.who])
            case Kind.SAYS:
                self.reply(line)
            case Kind.NOTES:
                replies.add_note(ticket=self.opened, author=self.agent(line), html=self.html(line))
            case Kind.RULES:
                workflow.change_status(ticket=self.opened, status=line.status, actor=self.agent(line))
        is_first = line is self.conversation.lines[0]
        if line.kind == Kind.SAYS or is_first:
            dispatch.process_events(limit=1)
            self.stage.post.carry(self.opened, at=at)
        self.past.move(self.opened, to=at)

    @property
    def opened(self) -> Ticket:
        assert self.ticket is not None
        return self.ticket

    def agent(self, line: Line) -> Any:
        return self.company.agents[line.who]

    # ---- The customer's side

    def write(self, line: Line, at: datetime, author: Any) -> None:
        inbox = self.company.mailboxes[self.conversation.brand]
        letter = mail.Letter(
            sender=author.email,
            name=author.name,
            to=reply_address.sign(inbox.address, self.ticket.number) if self.ticket else inbox.address,
            subject=self.subject(),
            text=self.text(line),
            html=line.html,
            at=at,
            language=author.language,
            cc=[self.company.customers[key].email for key in self.conversation.cc],
            files=[files.make(name) for name in line.files],
            in_reply_to=self.ids[-1] if self.ids else "",
            references=self.ids[:-1],
            is_automatic=line.kind == Kind.AWAY,
        )
        self.ids.append(letter.message_id)
        self.take_in(inbox, f"demo:{letter.message_id}", mail.write(letter))

    def fill_in_form(self, line: Line, at: datetime) -> None:
        assert self.company.form is not None
        submission = Submission(
            key=random_token(),
            email=self.customer.email,
            name=self.customer.name,
            subject=self.subject(),
            text=self.text(line),
            language=self.customer.language,
            files=tuple(files.make(name) for name in line.files),
        )
        self.take_in(self.company.form, f"form:{submission.key}", submission.pack())

    def take_in(self, inbox: Inbox, key: str, raw: bytes) -> None:
        payload = InboundPayload.objects.accept(inbox, dedup_key=key, raw=raw)
        assert payload is not None
        outcome = intake.process(payload)
        assert outcome is not None
        assert outcome.ticket is not None, outcome.reason
        self.ticket = outcome.ticket

    def subject(self) -> str:
        subject = self.fill(self.conversation.subject)
        return f"Re: {subject}" if self.ticket and subject else subject

    # ---- The desk's side

    def reply(self, line: Line) -> None:
        agent = self.agent(line)
        attachments = store([files.make(name) for name in line.files], ticket=self.opened, uploaded_by=agent)
        self.last = replies.post_reply(
            ticket=self.opened,
            author=agent,
            html=self.html(line),
            attachments=attachments,
            status=line.status,
        )
        inbox = self.company.mailboxes[self.conversation.brand]
        self.ids.append(reply_address.mint(self.opened.number, self.last.pk, inbox.address))

    def triage(self, at: datetime) -> None:
        """What the first person who looks does: team, priority, tags. Nobody has looked at the newest."""
        ticket, manager = self.opened, self.company.agents["manager"]
        workflow.move_to_team(ticket=ticket, team=self.company.teams[self.conversation.team], actor=manager)
        priority = self.case.priority or self.conversation.priority
        if priority != Priority.NORMAL:
            workflow.change_priority(ticket=ticket, priority=priority, actor=manager)
        workflow.tag(ticket=ticket, add=self.conversation.tags, actor=manager)
        self.past.move(self.opened, to=at)

    def finish(self, at: datetime) -> None:
        case, ticket = self.case, self.opened
        if case.assignee and ticket.assignee != self.company.agents[case.assignee]:
            workflow.assign(
                ticket=ticket,
                assignee=self.company.agents[case.assignee],
                actor=self.company.agents["manager"],
            )
        if case.status and case.status != ticket.status_id:
            actor = "The desk" if case.status == "closed" else self.company.agents[case.assignee or "agent"]
            workflow.change_status(ticket=ticket, status=case.status, actor=actor)
        self.past.move(ticket, to=at)
        if case.outcome and self.last:
            note = BOUNCED.format(address=self.customer.email) if case.outcome == "failed" else NO_ANSWER
            self.stage.post.lose(self.last)
            self.past.spoil(self.last, case.outcome, note)
            self.past.move(ticket, to=at)

    # ---- Words

    def text(self, line: Line) -> str:
        return self.fill(line.text)

    def html(self, line: Line) -> str:
        paragraphs = self.fill(line.text).split("\n\n")
        return "".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs)

    def fill(self, text: str) -> str:
        for place, word in self.words.items():
            text = text.replace(place, word)
        return text


def _words(customer: Any, number: int) -> dict[str, str]:
    """What stands in the braces of a script: the same for the same case, every time."""
    return {
        "{name}": customer.name,
        "{first}": customer.name.split(" ")[0] or "there",
        "{order}": f"FL-{20410 + number * 17}",
        "{invoice}": f"INV-{20418 + number * 23}",
        "{amount}": f"€{29 + number * 7 % 120}.{'00' if number % 2 else '90'}",
    }
