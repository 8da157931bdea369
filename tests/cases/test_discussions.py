"""Discussions between agencies: their own readers, whose answer is wanted, what is new, and who may not be known."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies.models import Team
from cases import timeline
from cases.actions.discussions import mark_thread_read, say, start_thread
from cases.actions.entries import add_entry
from cases.actions.involvement import Terms, involve
from cases.actions.records import Telling
from cases.actions.restriction import exclude
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Involvement, Thread, ThreadMessage
from cases.timeline import Audience, Event
from safeguard.notifications.models import InboxItem
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner

READS = Terms(purpose="Welfare", lawful_basis="ca2004_s11")
WRITES = replace(READS, level=AccessLevel.CONTRIBUTE)
WANTED = "Answers that other agencies want of your teams"


@pytest.fixture
def shared(*, case: Case, alice: Person, oakfield: Place, health: Place, hana: Person, tariq: Person) -> Case:
    """The case, with a school reading and health writing."""
    with entered(alice) as by:
        involve(case, oakfield.team, READS, by=by)
        involve(case, health.team, WRITES, by=by)
    return case


@pytest.fixture
def refuge(shared: Case, alice: Person, voluntary: Place, vera: Person) -> Involvement:
    """A confidential part that Alice brought in."""
    with entered(alice) as by:
        return involve(shared, voluntary.team, replace(WRITES, confidential=True), by=by)


def part(case: Case, team: Team) -> Involvement:
    with as_owner():
        return Involvement.objects.select_related("team__agency").get(case=case, team=team)


def started(case: Case, person: Person, *asked: Involvement, **more: Any) -> Thread:
    audience = more.pop("audience", timeline.EVERYBODY_INVOLVED)
    found = Thread(**{"subject": "The clinic", "answer_by": timezone.localdate() + timedelta(days=3), **more})
    with entered(person) as by:
        return start_thread(case, found, Telling(body="Has anybody asked?", audience=audience), asked=asked, by=by)


def said(thread: Thread, person: Person, text: str) -> ThreadMessage:
    with entered(person) as by:
        return say(thread, text, by=by)


def page(person: Person, thread: Thread) -> str:
    return str(person.client.get(reverse("cases:thread", args=[thread.case.uuid, thread.uuid])).text)


# --- Asking and answering -------------------------------------------------------------------------


def test_a_team_that_only_reads_is_told_answers_and_is_no_longer_waited_for(
    *, shared: Case, alice: Person, tariq: Person, hana: Person, oakfield: Place
) -> None:
    thread = started(shared, alice, part(shared, oakfield.team))
    assert f"{WANTED}: 1" in tariq.client.get("/").text
    assert WANTED not in hana.client.get("/").text
    with as_owner():
        assert InboxItem.objects.get(kind="thread.asked").recipient_id == tariq.user.pk
    assert "Your answer is wanted" in tariq.client.get(reverse("cases:my_threads")).text
    assert "Not yet" in page(alice, thread)

    address = reverse("cases:thread", args=[shared.uuid, thread.uuid])
    answer = tariq.client.post(address, {"text": "Not we"}, follow=True)

    assert "Your message is there" in answer.text
    assert "Answered" in page(alice, thread)
    assert WANTED not in tariq.client.get("/").text
    with as_owner():
        assert InboxItem.objects.get(kind="thread.message").recipient_id == alice.user.pk


def test_who_only_reads_and_was_not_asked_only_reads_along(shared: Case, alice: Person, tariq: Person) -> None:
    thread = started(shared, alice)

    assert "Has anybody asked?" in page(tariq, thread)
    assert "Say something" not in page(tariq, thread)
    with pytest.raises(Http404):
        said(thread, tariq, "I know")
    address = reverse("cases:thread", args=[shared.uuid, thread.uuid])
    assert tariq.client.post(address, {"text": "I know"}).status_code == 404
    with entered(tariq) as by, pytest.raises(Http404):
        start_thread(shared, Thread(subject="Mine"), Telling(body="?"), by=by)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_message_says_something(text: str, shared: Case, alice: Person) -> None:
    thread = started(shared, alice)
    with pytest.raises(ValidationError, match="Write what you want to say"):
        said(thread, alice, text)
    answer = alice.client.post(reverse("cases:thread", args=[shared.uuid, thread.uuid]), {"text": text, "a": "b"})
    assert answer.status_code == 422


def test_a_discussion_is_started_in_the_browser_after_the_names_were_shown(
    shared: Case, alice: Person, health: Place
) -> None:
    day = timezone.localdate() + timedelta(days=4)
    values = {
        "subject": "Sleep",
        "body": "Who rings?",
        "answerers": [str(part(shared, health.team).uuid)],
        "answer_by-day": day.day,
        "answer_by-month": day.month,
        "answer_by-year": day.year,
        "audience": "everybody",
        "sensitivity": "0",
    }
    address = reverse("cases:thread_add", args=[shared.uuid])
    dayless = {name: value for name, value in values.items() if not name.startswith("answer_by")}
    assert "Say by when you want the answer" in alice.client.post(address, dayless).text
    check = alice.client.post(address, values)
    assert "Hana Hughes" in check.text
    saved = alice.client.post(address, values | {"seen": check.context["outlook"].fingerprint, "save": 1}, follow=True)

    assert "The discussion is open" in saved.text
    assert "Who rings?" in saved.text
    assert "Who rings?" in alice.client.get(reverse("cases:timeline", args=[shared.uuid])).text


def test_what_is_new_is_marked_until_it_is_read_and_for_nobody_else(shared: Case, alice: Person, hana: Person) -> None:
    thread = started(shared, alice)
    said(thread, hana, "I will ring")
    listed = reverse("cases:detail", args=[shared.uuid])
    assert "1 new" in alice.client.get(listed).text
    assert "1 new" not in hana.client.get(listed).text
    assert "The clinic" in alice.client.get(reverse("cases:my_threads")).text

    up_to = timezone.now().isoformat()
    alice.client.post(reverse("cases:thread_read", args=[shared.uuid, thread.uuid]), {"up_to": up_to})

    assert "1 new" not in alice.client.get(listed).text
    with entered(alice) as by:
        mark_thread_read(thread, timezone.now() - timedelta(days=9), by=by)
    assert "1 new" not in alice.client.get(listed).text


@pytest.mark.parametrize("up_to", ["", "yesterday", "2026-13-41T00:00:00+00:00"])
def test_a_time_that_is_none_marks_nothing(up_to: str, shared: Case, alice: Person, hana: Person) -> None:
    thread = started(shared, alice)
    said(thread, hana, "I will ring")
    alice.client.post(reverse("cases:thread_read", args=[shared.uuid, thread.uuid]), {"up_to": up_to})

    assert "1 new" in alice.client.get(reverse("cases:threads", args=[shared.uuid])).text


# --- Who may know ---------------------------------------------------------------------------------


def test_a_discussion_has_readers_of_its_own(shared: Case, alice: Person, hana: Person, tariq: Person) -> None:
    mask = alice.membership.agency.sector.mask | hana.membership.agency.sector.mask
    thread = started(shared, alice, audience=Audience(mask=mask))
    said(thread, hana, "Between us")

    address = reverse("cases:thread", args=[shared.uuid, thread.uuid])
    assert "Between us" in page(alice, thread)
    assert tariq.client.get(address).status_code == 404
    for name in ("threads", "detail", "timeline"):
        assert "The clinic" not in tariq.client.get(reverse(f"cases:{name}", args=[shared.uuid])).text
    with entered(tariq):
        assert not ids_by_sql("cases_thread") | ids_by_sql("cases_threadmessage")


def test_a_team_that_would_not_see_it_is_not_asked(shared: Case, alice: Person, oakfield: Place) -> None:
    with pytest.raises(ValidationError, match="a team is asked that would not see the discussion"):
        started(shared, alice, part(shared, oakfield.team), audience=timeline.OWN_TEAM)


def test_that_a_confidential_team_was_asked_is_known_to_who_knows_of_it_and_it_cannot_give_itself_away(
    *, shared: Case, refuge: Involvement, alice: Person, vera: Person, hana: Person
) -> None:
    thread = started(shared, alice, refuge)

    assert "Harbour" in page(alice, thread)
    assert f"{WANTED}: 1" in vera.client.get("/").text
    assert "Harbour" not in page(hana, thread)
    with entered(hana):
        assert not ids_by_sql("cases_threadasked")
    with pytest.raises(ValidationError, match="everybody who reads along would learn of it"):
        said(thread, vera, "We know her")
    with entered(hana) as by, pytest.raises(Http404):
        start_thread(shared, Thread(subject="?"), Telling(body="?"), asked=[refuge], by=by)

    own = started(shared, vera, audience=Audience(mask=0, people=(alice.user,)))
    said(own, vera, "We know her")
    assert "We know her" in page(alice, own)
    with entered(hana):
        assert ids_by_sql("cases_thread") == {thread.pk}


def test_an_excluded_person_reads_nothing_and_is_told_nothing(shared: Case, alice: Person, hana: Person) -> None:
    thread = started(shared, alice)
    said(thread, hana, "I will ring")
    with entered(alice) as by:
        exclude(shared, hana.user, reason="Her sister’s child", by=by)
    said(thread, alice, "About Hana")

    assert hana.client.get(reverse("cases:thread", args=[shared.uuid, thread.uuid])).status_code == 404
    assert "The clinic" not in hana.client.get(reverse("cases:my_threads")).text
    with as_owner():
        assert not InboxItem.objects.filter(kind="thread.message", recipient=hana.user).exists()


def test_that_it_is_about_an_entry_is_told_only_to_who_sees_the_entry(
    shared: Case, alice: Person, hana: Person
) -> None:
    with entered(alice) as by:
        entry = add_entry(shared, Event(kind=Kind.NOTE, title="Kept back", audience=timeline.OWN_TEAM), by=by)
    thread = started(shared, alice, about=entry)

    assert "Kept back" in page(alice, thread)
    assert "Kept back" not in page(hana, thread)
    assert "About the entry" not in page(hana, thread)
    assert "The clinic" in alice.client.get(reverse("cases:entry", args=[shared.uuid, entry.uuid])).text
    about_hidden = f"{reverse('cases:thread_add', args=[shared.uuid])}?about={entry.uuid}"
    assert hana.client.get(about_hidden).status_code == 404
    assert hana.client.get(f"{reverse('cases:thread_add', args=[shared.uuid])}?about=nonsense").status_code == 404


# --- What the database itself holds ---------------------------------------------------------------


def test_the_database_itself_lets_nobody_change_a_message_or_speak_for_another(
    shared: Case, alice: Person, hana: Person
) -> None:
    thread = started(shared, alice)
    message = said(thread, hana, "I will ring")
    with entered(hana), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ThreadMessage.objects.filter(pk=message.pk).update(text="I did not say that")
    forged = {"author": alice.user, "author_agency": alice.membership.agency, "text": "Forged"}
    with entered(hana), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        ThreadMessage.objects.create(thread=thread, author_team=alice.membership.teams.get(), **forged)


def test_queries_stay_constant_in_messages(
    shared: Case, alice: Person, hana: Person, django_assert_max_num_queries: Any
) -> None:
    thread = started(shared, alice)
    for number in range(15):
        said(thread, hana, f"Message {number}")
    client = alice.client
    client.get("/")
    with django_assert_max_num_queries(30):
        assert "Message 14" in client.get(reverse("cases:thread", args=[shared.uuid, thread.uuid])).text
