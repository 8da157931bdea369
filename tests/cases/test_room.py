"""A timeline as a meeting's lead reads it: by sector, who is silent, and exactly what everybody in the room may see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import access_room, timeline
from cases.access_room import Room
from cases.actions.involvement import Terms, involve
from cases.actions.restriction import exclude
from cases.audience import Reader
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, TimelineEntry
from cases.timeline import OWN_TEAM, Audience, Event
from safeguard.common import row_security
from tests.access import oracle
from tests.access.worlds import make_world
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner

CONTRIBUTE = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")
HEALTH = 1 << 2


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with Oakfield and health contributing."""
    with entered(alice) as by:
        for place in (oakfield, health):
            involve(case, place.team, CONTRIBUTE, by=by)
    return case


def write(case: Case, person: Person, title: str, **fields: Any) -> TimelineEntry:
    with entered(person) as by:
        return timeline.write(case, Event(**{"kind": Kind.NOTE, "title": title} | fields), by=by)


def room(person: Person, case: Case, *there: Person, **more: str) -> str:
    address = reverse("cases:timeline_room", args=[case.uuid])
    return person.client.get(address, {"who": [str(each.user.uuid) for each in there], **more}).text


# --- The room -------------------------------------------------------------------------------------


@pytest.fixture
def varied(shared: Case, alice: Person, tariq: Person, hana: Person) -> Case:
    """A timeline with entries for different readers."""
    write(shared, alice, "For all")
    write(shared, alice, "Shared with the family", audience=Audience(family=True))
    write(shared, alice, "For health", audience=Audience(mask=HEALTH))
    write(shared, alice, "For Tariq", audience=Audience(mask=0, people=(tariq.user,)))
    write(shared, alice, "For us", audience=OWN_TEAM)
    write(shared, hana, "Never Alice’s", audience=OWN_TEAM)
    return shared


TITLES = ("For all", "Shared with the family", "For health", "For Tariq", "For us", "Never Alice’s")


@pytest.mark.parametrize(
    ("there", "family", "together"),
    [
        (["hana"], "", {"For all", "Shared with the family", "For health"}),
        (["tariq"], "", {"For all", "Shared with the family", "For Tariq"}),
        (["hana", "tariq"], "", {"For all", "Shared with the family"}),
        (["mo"], "", {"For all", "Shared with the family", "For health", "For Tariq", "For us"}),
        ([], "on", {"Shared with the family"}),
        (["hana"], "on", {"Shared with the family"}),
    ],
)
def test_the_room_sees_what_every_one_of_them_may_see_and_the_rest_has_a_slot_of_its_own(
    *,
    there: list[str],
    family: str,
    together: set[str],
    varied: Case,
    alice: Person,
    mo: Person,
    request: pytest.FixtureRequest,
) -> None:
    people = [request.getfixturevalue(name) for name in there]
    asked = {"family": family} if family else {}

    shown, rest = room(alice, varied, *people, **asked), room(alice, varied, *people, slot="rest", **asked)

    assert {title for title in TITLES if title in shown} == together
    assert {title for title in TITLES if title in rest} == set(TITLES) - together - {"Never Alice’s"}


def test_the_slot_says_for_whom_an_entry_is_not(varied: Case, alice: Person, hana: Person, tariq: Person) -> None:
    rest = " ".join(room(alice, varied, hana, tariq, slot="rest", family="on").split())

    assert "Not for: Tariq Turner, the family" in rest
    assert "Do not show this page to the room" in rest


def test_until_somebody_is_ticked_nothing_is_shown(varied: Case, alice: Person) -> None:
    page = room(alice, varied)
    assert "Tick who is there" in page
    assert "For us" not in page


def test_only_people_of_the_case_whom_the_reader_knows_can_be_in_the_room(
    varied: Case, alice: Person, tariq: Person, olive: Person, hana: Person
) -> None:
    assert "For us" not in room(alice, varied, olive)
    with entered(alice) as by:
        exclude(varied, hana.user, reason="Related", by=by)

    assert hana.user.name not in room(alice, varied, tariq)
    assert hana.user.name in room(tariq, varied, tariq), "who does not lead may not know of the exclusion"


def test_a_pin_and_what_waits_for_one_reader_are_not_shown_to_the_room(
    varied: Case, alice: Person, hana: Person
) -> None:
    with as_owner():
        entry = TimelineEntry.objects.get(title="For all")
    alice.client.post(reverse("cases:entry_pin", args=[varied.uuid, entry.uuid]))

    assert "Pinned by you" not in room(alice, varied, hana)


def test_pages_of_a_room_follow_each_other_without_gap_or_repetition(
    shared: Case, alice: Person, hana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_room, "CHUNK", 4)
    for number in range(30):
        write(shared, alice, f"Entry {number}", audience=Audience(mask=HEALTH if number % 3 else 0))
    with entered(alice) as by:
        seen: list[int] = []
        after = None
        while page := access_room.room_page(by, shared, _room_of(hana), together=True, after=after, limit=5):
            seen += [each.position.pk for each in page]
            after = page[-1].position
        expected = TimelineEntry.objects.filter(audience_mask__in=[HEALTH, timeline.EVERY_SECTOR])

        assert seen == list(expected.order_by("-occurred_at", "-id").values_list("pk", flat=True))


def _room_of(*people: Person) -> Room:
    return Room({person.user: [_reader(person)] for person in people})


def _reader(person: Person) -> Reader:
    return _reader_of(person.by)


@given(seed=st.integers(min_value=0, max_value=2**32))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_in_every_world_the_room_sees_what_the_oracle_lets_all_of_them_see(seed: int) -> None:
    with transaction.atomic():
        world = make_world(seed)
        readers, now = world.readers(), timezone.now()
        for by, lead in readers:
            row_security.apply(by.row_security())
            for case in (case for case in world.cases if oracle.level(lead, case, now)):
                there = [(each, one) for each, one in readers if oracle.level(one, case, now)]
                people = {each.user: [_reader_of(each)] for each, _one in there}
                # Of several memberships of one person the last is asked, by both.
                last = {each.user_id: one for each, one in there}
                found = access_room.room_page(by, Case(pk=case.pk), Room(people), together=True, limit=100)

                assert {each.position.pk for each in found} == {
                    entry.pk
                    for entry in case.entries
                    if oracle.sees_entry(lead, case, entry, now)
                    and all(oracle.sees_entry(one, case, entry, now) for one in last.values())
                }
        transaction.set_rollback(True)


def _reader_of(by: Any) -> Reader:
    return Reader(
        by.user_id, by.agency_id, frozenset(by.team_ids), frozenset(by.group_ids), by.sector_mask, by.clearance
    )


# --- By sector, and who is silent -----------------------------------------------------------------


def test_entries_stand_in_the_column_of_the_sector_that_recorded_them(
    shared: Case, alice: Person, tariq: Person, hana: Person
) -> None:
    write(shared, tariq, "Came late", occurred_at=datetime(2024, 2, 1, tzinfo=UTC))
    write(shared, hana, "Not for school", audience=Audience(mask=1))
    page = alice.client.get(reverse("cases:timeline_sectors", args=[shared.uuid]))

    assert [sector.code for sector in page.context["sectors"]] == ["social_care", "education", "health"]
    assert "recorded" in page.text
    assert "Came late" in page.text
    seen = tariq.client.get(reverse("cases:timeline_sectors", args=[shared.uuid]))
    assert [sector.code for sector in seen.context["sectors"]] == ["social_care", "education"]


def test_silence_is_nothing_that_the_reader_may_see_and_never_nothing_recorded(
    shared: Case, alice: Person, tariq: Person, hana: Person
) -> None:
    address = reverse("cases:timeline_silence", args=[shared.uuid])
    silent = _silent(alice, address)
    assert silent == {tariq.membership.agency.name, hana.membership.agency.name}

    write(shared, tariq, "We are here", occurred_at=timezone.now() - timedelta(days=200))
    write(shared, hana, "Ours alone", audience=OWN_TEAM)

    page = alice.client.get(address)
    assert _silent(alice, address) == {hana.membership.agency.name}
    assert "Nothing that you may see since" in page.text
    assert "recorded nothing" not in page.text
    assert _silent(hana, address) == set()
    tomorrow = timezone.localdate() + timedelta(days=1)
    later = f"?since-day={tomorrow.day}&since-month={tomorrow.month}&since-year={tomorrow.year}"
    assert tariq.membership.agency.name in _silent(alice, address + later)


def _silent(person: Person, address: str) -> set[str]:
    return {agency.name for agency, _last in person.client.get(address).context["silent"]}


def test_a_confidential_part_is_not_among_the_silent(
    *, shared: Case, alice: Person, tariq: Person, vera: Person, voluntary: Place
) -> None:
    with entered(alice) as by:
        involve(shared, voluntary.team, Terms(purpose="Refuge", lawful_basis="b", confidential=True), by=by)

    address = reverse("cases:timeline_silence", args=[shared.uuid])
    assert voluntary.agency.name not in tariq.client.get(address).text
    assert voluntary.agency.name in alice.client.get(address).text


@pytest.mark.parametrize("name", ["timeline_sectors", "timeline_silence", "timeline_room"])
@pytest.mark.parametrize("query", ["?since-day=99", "?who=x", "?cursor=x&slot=rest&family=on", "?who=" + "a" * 3000])
def test_a_hostile_address_never_breaks_a_view(name: str, query: str, shared: Case, tariq: Person) -> None:
    assert tariq.client.get(reverse(f"cases:{name}", args=[shared.uuid]) + query).status_code == 200
