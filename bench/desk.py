"""A large desk, made by SQL in minutes: tickets with three messages and four events each, a few with many more.

The shares are those of a desk that has been running for years: nearly everything is closed, and what is
open is spread over teams and agents. The same N gives the same data.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

AGENTS, TEAMS = 50, 8

PEOPLE = """
insert into accounts_team (name, description, is_active)
select 'Team ' || n, '', true from generate_series(1, {teams}) n on conflict do nothing;

insert into accounts_agent (password, email, name, alias, signature, is_active, is_available, language, time_zone,
    theme, shortcuts_on, created_at)
select '!', 'agent' || n || '@bench.test', 'Agent ' || n, '', '', true, true, 'en', 'UTC', 'system', true, now()
from generate_series(1, {agents}) n;

insert into accounts_membership (agent_id, team_id)
select a.id, t.id from accounts_agent a join accounts_team t on t.id % {teams} = a.id % {teams};

insert into accounts_agent_roles (agent_id, role_id)
select a.id, r.id from accounts_agent a, accounts_role r where r.name = 'Agent';

insert into accounts_customer (name, language, time_zone, notes, is_vip, created_at)
select 'Customer ' || n || ' ' || substr(md5(n::text), 1, 6), 'en', '', '', n % 50 = 0, now()
from generate_series(1, {customers}) n;

insert into accounts_customeridentity (customer_id, kind, value, undeliverable_words, created_at)
select id, 'email', 'customer' || id || '@bench.test', '', now() from accounts_customer;
"""

TICKETS = """
insert into tickets_tag (name) select 'tag' || n from generate_series(1, 40) n;

insert into tickets_ticket (subject, requester_id, brand_id, team_id, assignee_id, status, category, priority, type,
    channel, language, snippet, needs_attention, version, created_at, updated_at, waiting_since, first_replied_at,
    solved_at)
select
    'Order ' || n || ' ' || (array['was charged twice','never arrived','cannot be exported','asks for a refund',
        'shows an error','needs an invoice','lost its password','is late again'])[1 + n % 8],
    c.first + n % {customers},
    (select id from accounts_brand where is_default),
    t.first + n % {teams},
    case when n % 5 = 0 and share < 30 then null else a.first + (n / 7) % {agents} end,
    case when share < 10 then 'new' when share < 30 then 'open' when share < 60 then 'pending'
        when share < 70 then 'on_hold' when share < 150 then 'solved' else 'closed' end,
    case when share < 10 then 'new' when share < 30 then 'open' when share < 60 then 'pending'
        when share < 70 then 'on_hold' when share < 150 then 'solved' else 'closed' end,
    1 + n % 4, 'question', 'email', 'en',
    'Could you please look into this as soon as possible, thank you.',
    case when n % 2000 = 0 then 'A reply was not delivered.' else '' end,
    3,
    now() - (({n} - n) * interval '1 minute'),
    now() - (({n} - n) * interval '1 minute') + interval '3 hours' * (n % 7),
    case when share < 30 then now() - (n % 300) * interval '1 minute' end,
    now() - (({n} - n) * interval '1 minute') + interval '40 minutes',
    case when share >= 70 then now() - (({n} - n) * interval '1 minute') + interval '3 hours' * (n % 7) end
from (select n, (hashint8(n) & 2147483647) % 1000 as share from generate_series({start}, {end}) n) s,
    (select min(id) as first from accounts_customer) c,
    (select min(id) as first from accounts_team where name like 'Team %%') t,
    (select min(id) as first from accounts_agent) a
"""

MESSAGES = """
insert into tickets_message (ticket_id, visibility, direction, channel, author_agent_id, author_customer_id,
    author_name, author_address, recipients, text, html, quoted_text, quoted_html, automatic, is_held, facts,
    delivery, delivery_note, undo, created_at)
select t.id, case when m % 3 = 0 then 'internal' else 'public' end, case when m % 3 = 1 then 'in' else 'out' end,
    case when m % 3 = 0 then 'note' else 'email' end,
    case when m % 3 <> 1 then coalesce(t.assignee_id, (select min(id) from accounts_agent)) end,
    case when m % 3 = 1 then t.requester_id end, 'Somebody', '', '{{}}',
    'Hello, ' || t.subject || '. ' || repeat('Please tell us what happened and when we may expect news. ', 4)
        || md5(t.id::text || m),
    '', '', '', false, false, '{{}}', case m % 3 when 1 then 'received' when 2 then 'sent' else '' end, '', '{{}}',
    t.created_at + m * interval '20 minutes'
from tickets_ticket t, generate_series({begin}, {end}) m where {tickets}
"""

SAID = """
insert into tickets_ticketevent (ticket_id, kind, message_id, actor_agent_id, actor_customer_id, actor_label, changes,
    depth, created_at, next_at, attempts, processed_at)
select m.ticket_id,
    case when m.visibility = 'internal' then 'note.added' when m.direction = 'in' then 'message.received'
        else 'message.posted' end,
    m.id, m.author_agent_id, m.author_customer_id, '', '{{}}'::jsonb, 0, m.created_at, m.created_at, 0, m.created_at
from tickets_message m where {messages}
"""

SOLVED = """
insert into tickets_ticketevent (ticket_id, kind, message_id, actor_agent_id, actor_customer_id, actor_label, changes,
    depth, created_at, next_at, attempts, processed_at)
select t.id, 'status.changed', null, t.assignee_id, null, '', '{{"status": ["open", "solved"]}}'::jsonb, 0,
    t.created_at,
    t.created_at, 0, t.created_at
from tickets_ticket t where t.id between {first} and {last}
"""

TAGGED = """
insert into tickets_ticket_tags (ticket_id, tag_id)
select t.id, g.first + (t.id * m) % 40 from tickets_ticket t, generate_series(1, 2) m,
    (select min(id) as first from tickets_tag) g
where t.id between {first} and {last} on conflict do nothing
"""

CHUNK = 50_000
SHORT = 3  # messages of a usual ticket
# So many messages have the tickets at these places (first, how many) of the list of open tickets.
LONG = {20: (0, 300), 200: (300, 20)}
OPEN_LATEST = "where category in ('new', 'open') order by updated_at desc, id desc"


def make(tickets: int) -> None:
    """Fill an empty, migrated database with so many tickets."""
    customers = max(tickets // 10, 100)
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
        cursor.execute(PEOPLE.format(teams=TEAMS, agents=AGENTS, customers=customers))
        for start in range(1, tickets + 1, CHUNK):
            end = min(start + CHUNK - 1, tickets)
            tags, _, insert = TICKETS.partition(";")
            if start == 1:
                cursor.execute(tags)
            numbers = {"n": tickets, "start": start, "end": end}
            cursor.execute(
                insert.replace("%%", "%").format(customers=customers, teams=TEAMS, agents=AGENTS, **numbers)
            )
            cursor.execute("select max(id) from tickets_ticket")
            last = cursor.fetchone()[0]
            bounds = {"first": last - (end - start), "last": last}
            chunk = "between {first} and {last}".format(**bounds)
            cursor.execute(MESSAGES.format(begin=1, end=SHORT, tickets=f"t.id {chunk}"))
            cursor.execute(SAID.format(messages=f"m.ticket_id {chunk}"))
            for statement in (SOLVED, TAGGED):
                cursor.execute(statement.format(**bounds))
        for messages, (offset, count) in LONG.items():
            _make_longer(cursor, messages, offset, count)
        cursor.execute("vacuum analyze")


def _make_longer(cursor: Any, messages: int, offset: int, count: int) -> None:
    """Give some of the open tickets that changed last so many messages."""
    cursor.execute("select max(id) from tickets_message")
    last = cursor.fetchone()[0]
    some = f"t.id in (select id from tickets_ticket {OPEN_LATEST} limit {count} offset {offset})"
    cursor.execute(MESSAGES.format(begin=SHORT + 1, end=messages, tickets=some))
    cursor.execute(SAID.format(messages=f"m.id > {last}"))
