"""The one statement behind all open streams agrees with the oracle on every stream and every entry."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.acting import Acting
from agencies.roles import Can, roles_with
from cases import live
from cases.models import TimelineEntry
from tests.access import oracle
from tests.access.worlds import World, make_world
from tests.factories import as_owner

Opened = dict[int, tuple[live.Stream, Acting]]
HOUR = 3600


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_all_streams_are_told_what_the_oracle_says_and_no_more(seed: int) -> None:
    world = make_world(seed, cases=12)
    opened = streams_on_every_case(world)
    entries = [entry.pk for case in world.cases for entry in case.entries]

    told = ask([stream for stream, _by in opened.values()], entries)

    assert told == expected(world, opened)
    assert any(told.values())


@pytest.mark.django_db
def test_a_stream_of_an_ended_session_or_an_idle_one_is_told_nothing() -> None:
    world = make_world(3, cases=12)
    opened = [stream for stream, _by in streams_on_every_case(world).values()]
    (first, *_), entries = [s for s in opened if s.number in ask(opened, [])], list[int]()
    strange = live.Stream(first.case_id, first.user_id, first.membership, "no-such-session")
    wrong = live.Stream(first.case_id, first.user_id, type(first.membership)(int=0), first.session)

    assert list(ask([first, strange, wrong], entries)) == [first.number]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO usersessions_usersession (user_id, created_at, ip, last_seen_at, session_key,"
            " user_agent, data) VALUES (%s, now(), '127.0.0.1', now() - interval '2 hours', %s, '', '{}')",
            [first.user_id, first.session],
        )
    assert ask([first], entries) == {}


def streams_on_every_case(world: World) -> Opened:
    opened: Opened = {}
    for by, _reader in world.readers():
        client = Client()
        client.force_login(by.user)
        for case in world.cases:
            assert by.membership_uuid
            stream = live.Stream(case.pk, by.user.pk, by.membership_uuid, str(client.session.session_key))
            opened[stream.number] = (stream, by)
    return opened


def ask(streams: list[live.Stream], entries: list[int]) -> dict[int, set[str]]:
    asked = json.dumps([stream.as_asked() for stream in streams])
    told: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(live.HINTS, [asked, entries, roles_with(Can.WORK_CASES), HOUR, HOUR])
        for number, entry in cursor.fetchall():
            told.setdefault(number, set()).update({str(entry)} if entry else set())
    return told


def expected(world: World, opened: Opened) -> dict[int, set[str]]:
    with as_owner():
        keys = dict(TimelineEntry.objects.values_list("pk", "uuid"))
    readers = {by.membership_uuid: reader for by, reader in world.readers()}
    cases, now = {case.pk: case for case in world.cases}, timezone.now()
    found: dict[int, set[str]] = {}
    for number, (stream, by) in opened.items():
        reader, case = readers[by.membership_uuid], cases[stream.case_id]
        if oracle.level(reader, case, now):
            seen = (entry for entry in case.entries if oracle.sees_entry(reader, case, entry, now))
            found[number] = {str(keys[entry.pk]) for entry in seen}
    return found
