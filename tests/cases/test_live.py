"""Live timelines: who is told of a new entry, at once, and who is not; and when a stream ends."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from agencies.models import Membership
from cases import live, timeline
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.restriction import exclude, restrict
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Involvement, Sensitivity
from tests.cases.conftest import entered
from tests.cases.streams import OpenStream, follow, write
from tests.compose import wait_until
from tests.conftest import Person, Place
from tests.e2e.pages import cookie_of
from tests.factories import as_owner

pytestmark = pytest.mark.django_db(transaction=True)

WHY = Terms(purpose="Attendance and welfare", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE)


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with the school and the health visitors involved."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
        involve(case, health.team, WHY, by=by)
    return case


@pytest.fixture(autouse=True)
def _checks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LEAST_SECONDS_BETWEEN_CHECKS", 0.05)


# --- Who is told ----------------------------------------------------------------------------------


def test_everybody_who_may_see_an_entry_is_told_its_key_and_nothing_else(
    asgi_server: str, shared: Case, alice: Person, tariq: Person, hana: Person
) -> None:
    with follow(asgi_server, tariq, shared) as school, follow(asgi_server, hana, shared) as nurse:
        entry = write(alice, shared, body="Robin was seen at home")

        assert school.hint() == nurse.hint() == str(entry.uuid)
        assert school.response.headers["X-Accel-Buffering"] == "no"
        assert school.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "audience",
    [
        timeline.OWN_TEAM,
        timeline.Audience(mask=0b100),  # health alone
        timeline.Audience(sensitivity=Sensitivity.SECRET),
    ],
    ids=["for the author’s team", "for another sector", "above their clearance"],
)
def test_who_may_not_see_an_entry_hears_nothing_not_even_a_sign_of_life(
    audience: timeline.Audience, asgi_server: str, shared: Case, alice: Person, tariq: Person
) -> None:
    with follow(asgi_server, tariq, shared) as stream:
        write(alice, shared, audience=audience)
        time.sleep(2 * live.TURN_SECONDS)
        seen = write(alice, shared)

        assert stream.until("data:") == f"event: entry\ndata: {seen.uuid}\n"


def test_a_named_reader_is_told_although_their_sector_is_not(
    asgi_server: str, shared: Case, alice: Person, tariq: Person
) -> None:
    with follow(asgi_server, tariq, shared) as stream:
        entry = write(alice, shared, audience=timeline.Audience(mask=0, people=(tariq.user,)))

        assert stream.hint() == str(entry.uuid)


def test_nobody_is_told_of_an_entry_that_was_not_saved_or_of_another_case(
    asgi_server: str, shared: Case, alice: Person, tariq: Person
) -> None:
    with follow(asgi_server, tariq, shared) as stream:
        with entered(alice) as by:
            timeline.write(shared, timeline.Event(kind=Kind.NOTE, title="Undone"), by=by)
            transaction.set_rollback(True)
        kept = write(alice, shared)

        assert stream.hint() == str(kept.uuid)


def test_a_stream_begins_with_what_came_after_the_page_was_made(
    asgi_server: str, shared: Case, alice: Person, tariq: Person
) -> None:
    write(alice, shared)
    made = timezone.now()
    missed = write(alice, shared)
    write(tariq, shared)  # one’s own is no news

    with follow(asgi_server, tariq, shared, since=made) as stream:
        assert stream.hint() == str(missed.uuid)


# --- Who may listen, and for how long -------------------------------------------------------------


def test_an_outsider_and_a_stranger_get_no_stream(asgi_server: str, shared: Case, olive: Person) -> None:
    with follow(asgi_server, olive, shared) as stream:
        assert stream.status == 404
    with follow(asgi_server, "no-session", shared) as stream:
        assert stream.status == 302


def test_a_fifth_open_page_of_one_person_is_told_to_stop_asking(
    asgi_server: str, shared: Case, tariq: Person, hana: Person
) -> None:
    with ExitStack() as opened:
        statuses = [opened.enter_context(follow(asgi_server, tariq, shared)).status for _ in range(5)]
        other = opened.enter_context(follow(asgi_server, hana, shared)).status

    assert statuses == [200, 200, 200, 200, 204]
    assert other == 200
    assert wait_until(lambda: not live._open_streams[tariq.user.pk], seconds=5)


def test_signing_out_ends_the_streams_of_that_session_alone(asgi_server: str, shared: Case, tariq: Person) -> None:
    one, other = tariq.client, tariq.client
    one.get("/"), other.get("/")
    with (
        follow(asgi_server, one.cookies["sessionid"].value, shared) as ends,
        follow(asgi_server, other.cookies["sessionid"].value, shared) as stays,
    ):
        one.post(reverse("account_logout"))

        assert "event: end" in ends.until("never")
        assert stays.until(":") == ":\n"


def test_an_involvement_that_ends_and_an_exclusion_end_the_stream(
    asgi_server: str, shared: Case, alice: Person, tariq: Person, hana: Person
) -> None:
    with follow(asgi_server, tariq, shared) as teacher, follow(asgi_server, hana, shared) as nurse:
        with entered(alice) as by:
            part = Involvement.objects.get(case=shared, team__agency=tariq.membership.agency)
            end_involvement(part, reason="The child left the school", by=by)
        assert "event: end" in teacher.until("never")

        with entered(alice) as by:
            exclude(shared, hana.user, reason="Related", by=by)
        assert "event: end" in nurse.until("never")


def end_membership(person: Person) -> None:
    with as_owner():
        Membership.objects.filter(pk=person.membership.pk).update(until=timezone.now())


def test_a_restriction_and_a_membership_that_ends_end_the_stream(
    asgi_server: str, shared: Case, alice: Person, social_care: Place, tariq: Person
) -> None:
    with follow(asgi_server, tariq, shared) as teacher, follow(asgi_server, alice, shared) as worker:
        with entered(alice) as by:
            restrict(shared, people=[alice.user], duty_team=social_care.team, reason="A colleague’s child", by=by)
        assert "event: end" in teacher.until("never")

        end_membership(alice)
        assert "event: end" in worker.until("never")


def test_what_ends_by_the_clock_ends_the_stream_at_the_next_check(
    asgi_server: str, shared: Case, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.3)
    with follow(asgi_server, tariq, shared) as stream:
        assert stream.until(":") == ":\n"  # a heartbeat
        with as_owner():
            Membership.objects.filter(pk=tariq.membership.pk).update(until=timezone.now() + timedelta(seconds=0.5))

        assert "event: end" in stream.until("never")


def test_an_open_stream_does_not_keep_a_session_that_is_idle(
    asgi_server: str, shared: Case, tariq: Person, settings: object
) -> None:
    client = tariq.client
    client.get("/")
    session = client.session
    session["seen_at"] = int(time.time()) - 600
    session.save()
    with follow(asgi_server, client.cookies["sessionid"].value, shared) as stream:
        assert stream.status == 200

    assert client.session["seen_at"] < time.time() - 500


# --- What it costs --------------------------------------------------------------------------------


def test_many_streams_hold_no_database_connection_and_cost_one_statement_a_notification(
    asgi_server: str, shared: Case, alice: Person, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS_A_PERSON", 100)
    cookie = cookie_of(tariq)
    with ExitStack() as opened:
        streams = [opened.enter_context(follow(asgi_server, cookie, shared)) for _ in range(40)]
        time.sleep(2 * live.TURN_SECONDS)
        (hub,) = (hub for hub in live.hubs() if hub.streams)
        asked, delays = hub.asked, list(heard(streams, alice, shared))

        assert hub.asked - asked == len(delays) / len(streams)
        assert held_connections() == 0
    assert statistics.quantiles(delays, n=20)[-1] < 1  # bench/live.py holds it to 0.2 with 200 streams


def test_a_stream_that_the_database_cannot_be_asked_about_ends_alone(shared: Case, tariq: Person) -> None:
    streams = [stream_for(tariq, case_id) for case_id in (shared.pk, 2**70, shared.pk)]
    written = write(tariq, shared)

    async def asked() -> dict[int, list[str]]:
        async with await live._connect() as listener:
            return await live.Hub()._hints_of_all(listener, streams, [written.pk])

    hints = asyncio.run(asked())

    assert hints == {streams[0].number: [str(written.uuid)], streams[2].number: [str(written.uuid)]}


def stream_for(person: Person, case_id: int) -> live.Stream:
    """Return a stream that somebody's open page would have, of the case with a key that need not exist."""
    return live.Stream(case_id, person.user.pk, person.membership.uuid, cookie_of(person))


def heard(streams: list[OpenStream], author: Person, case: Case) -> Iterator[float]:
    """Write three entries one after another; yield after how many seconds each stream had heard of each."""
    for _ in range(3):
        entry, written = write(author, case), time.monotonic()
        for stream in streams:
            assert stream.hint() == str(entry.uuid)
            yield time.monotonic() - written
        time.sleep(0.05)


def held_connections() -> int:
    """Return how many connections to this database there are beside this one and the one that listens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name <> 'safeguard live' AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


# --- The page -------------------------------------------------------------------------------------


def test_the_page_is_told_in_words_how_many_entries_are_new_for_its_reader(
    shared: Case, alice: Person, tariq: Person, olive: Person
) -> None:
    address, made = reverse("cases:news", args=[shared.uuid]), timezone.now()
    hidden = write(alice, shared, audience=timeline.OWN_TEAM)
    first, query = write(alice, shared), {"since": made.isoformat()}

    assert tariq.client.get(address, query).text == "1 new entry"
    assert tariq.client.get(address, {"entry": [str(hidden.uuid), str(first.uuid)]}).text == "1 new entry"
    write(alice, shared)
    assert tariq.client.get(address, query).text == "2 new entries"
    assert tariq.client.get(address, {"since": "yesterday", "entry": "x"}).text == ""
    assert olive.client.get(address, query).status_code == 404


@pytest.mark.browser
def test_an_entry_appears_in_the_open_page_of_a_reader(
    asgi_server: str, browser: Browser, shared: Case, alice: Person, tariq: Person
) -> None:
    context = browser.new_context(base_url=asgi_server)
    context.add_cookies([{"name": "sessionid", "value": cookie_of(tariq), "url": asgi_server}])
    page = context.new_page()
    with page.expect_response("**/live/**"):
        page.goto(reverse("cases:timeline", args=[shared.uuid]))
    write(alice, shared, audience=timeline.OWN_TEAM)
    write(alice, shared, body="Robin came to school without a coat")

    expect(page.get_by_role("status").get_by_text("1 new entry")).to_be_visible(timeout=2_000)
    page.get_by_role("link", name="Show what is new").click()
    expect(page.get_by_text("Robin came to school without a coat")).to_be_visible()
    expect(page.locator("#latest-heading")).to_be_focused()
    expect(page.get_by_role("link", name="Show what is new")).to_have_count(0)
    context.close()
