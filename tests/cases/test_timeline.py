"""Reading a timeline: what is shown, how it is narrowed, what is new, and that nothing hidden betrays itself."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import access_timeline, timeline
from cases.access import Position
from cases.access_timeline import TimelineFilters
from cases.actions.involvement import Terms, involve
from cases.actions.looks import mark_read
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, EntryPin, Sensitivity, TimelineEntry, TimelineLook
from cases.timeline import Audience, Event
from tests.cases.conftest import entered
from tests.cases.test_concerns import log
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


def recorded(entry: TimelineEntry, at: datetime) -> None:
    """Make an entry look recorded ``at``."""
    with as_owner():
        TimelineEntry.objects.filter(pk=entry.pk).update(recorded_at=at)


def page(person: Person, case: Case, query: str = "") -> str:
    return person.client.get(reverse("cases:timeline", args=[case.uuid]) + query).text


def titles(text: str) -> list[str]:
    """Return the titles of the entries on a page, in its order."""
    return re.findall(r'<h3 class="sg-entry__title".*?<a [^>]*>(.*?)</a>', text)


# --- What is shown --------------------------------------------------------------------------------


def test_an_entry_shows_when_it_happened_and_was_recorded_by_whom_and_for_whom(shared: Case, tariq: Person) -> None:
    write(
        shared,
        tariq,
        "Fell asleep in class",
        body="Twice this week.",
        child_words="“I look after my brother at night”",
        significance="May be caring for others",
        action_taken="Spoke to the nurse",
        matters_to_plan=True,
        occurred_at=datetime(2024, 3, 5, 10, 15, tzinfo=UTC),
        audience=Audience(mask=HEALTH, sensitivity=Sensitivity.SENSITIVE),
    )

    text = " ".join(page(tariq, shared).split())

    for words in (
        "Fell asleep in class",
        "5 March 2024, 10:15",
        "recorded",
        "by Tariq Turner",
        "Oakfield Primary School",
        "Twice this week.",
        "I look after my brother at night",
        "May be caring for others",
        "Spoke to the nurse",
        "Matters to the plan",
        "Sensitive",
        "Visible to: Health; its author’s team (Safeguarding team)",
        "March 2024",
    ):
        assert words in text, words


def test_a_time_that_nobody_gave_is_not_invented(shared: Case, tariq: Person) -> None:
    write(shared, tariq, "Some time that day", occurred_at=datetime(2024, 1, 9, tzinfo=UTC))

    assert "9 January 2024</time>" in page(tariq, shared)


def test_everybody_sees_exactly_the_entries_that_are_for_them(
    *, shared: Case, tariq: Person, daisy: Person, hana: Person, alice: Person
) -> None:
    write(shared, tariq, "For all")
    write(shared, tariq, "For health", audience=Audience(mask=HEALTH))
    write(shared, tariq, "For us", audience=timeline.OWN_TEAM)
    write(shared, tariq, "For Alice", audience=Audience(mask=0, people=(alice.user,)))

    seen = {p.user.email: set(titles(page(p, shared))) & {"For all", "For health", "For us", "For Alice"}
            for p in (daisy, hana, alice)}  # fmt: skip

    assert list(seen.values()) == [
        {"For all", "For health", "For us", "For Alice"},
        {"For all", "For health"},
        {"For all", "For Alice"},
    ]


def test_a_long_timeline_comes_page_by_page_without_a_gap_or_a_repetition(shared: Case, tariq: Person) -> None:
    same_moment = datetime(2024, 5, 1, 9, tzinfo=UTC)
    for number in range(60):
        write(shared, tariq, f"Entry {number}", occurred_at=same_moment)

    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        text = page(tariq, shared, query)
        seen += titles(text)
        onward = re.search(r'href="(\?cursor=[^"]+)"', text)
        query = onward.group(1) if onward else None

    assert sorted(title for title in seen if title.startswith("Entry")) == sorted(f"Entry {n}" for n in range(60))
    assert len(seen) == len(set(seen))


# --- Narrowing ------------------------------------------------------------------------------------


@pytest.fixture
def varied(shared: Case, tariq: Person, hana: Person, alice: Person) -> Case:
    """A timeline with entries of three agencies, kinds and years."""
    write(shared, tariq, "School 2022", kind=Kind.SCHOOL_EVENT, occurred_at=datetime(2022, 6, 1, tzinfo=UTC))
    write(shared, hana, "Clinic 2023", kind=Kind.HEALTH_EVENT, occurred_at=datetime(2023, 6, 1, tzinfo=UTC),
          body="She was vaccinated")  # fmt: skip
    write(shared, hana, "Call 2024", kind=Kind.CONTACT, occurred_at=datetime(2024, 12, 31, 23, 30, tzinfo=UTC),
          matters_to_plan=True, child_words="I want to be vaccinated too")  # fmt: skip
    return shared


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?group=event", ["Clinic 2023", "School 2022"]),
        ("?group=contact", ["Call 2024"]),
        ("?sector=health", ["Call 2024", "Clinic 2023"]),
        ("?matters=on", ["Call 2024"]),
        ("?words=vaccination", ["Call 2024", "Clinic 2023"]),
        ("?words=vaccination+-wants", ["Clinic 2023"]),
        ("?words=%22at+the+moon%22", []),
        ("?year=2023", ["Clinic 2023", "School 2022"]),
        ("?year=2022", ["School 2022"]),
        ("?since-day=1&since-month=1&since-year=2023&until-day=31&until-month=12&until-year=2023", ["Clinic 2023"]),
        ("?until-day=30&until-month=12&until-year=2024", ["Clinic 2023", "School 2022"]),
        ("?sector=health&group=contact", ["Call 2024"]),
    ],
)
def test_the_address_narrows_the_timeline(query: str, expected: list[str], varied: Case, tariq: Person) -> None:
    assert [title for title in titles(page(tariq, varied, query)) if title[-4:].isdigit()] == expected


def test_a_concerns_category_is_a_filter_and_betrays_no_concern_that_is_hidden(
    varied: Case, tariq: Person, hana: Person
) -> None:
    log(tariq, varied.child, categories=("neglect", "self_harm"), audience=timeline.OWN_TEAM)
    log(tariq, varied.child, categories=("neglect",), audience=timeline.EVERYBODY_INVOLVED)

    def shown(person: Person, category: str) -> list[str]:
        return titles(page(person, varied, f"?category={category}"))

    assert shown(tariq, "neglect") == ["Concern: Neglect", "Concern: Neglect, Self-harm"]
    assert shown(tariq, "self_harm") == ["Concern: Neglect, Self-harm"]
    assert shown(hana, "neglect") == ["Concern: Neglect"]
    assert not shown(hana, "self_harm")


def test_the_view_by_sector_is_narrowed_by_the_same_address(varied: Case, tariq: Person) -> None:
    address = reverse("cases:timeline_sectors", args=[varied.uuid])

    narrowed = tariq.client.get(address + "?sector=health&group=contact")

    assert "Call 2024" in narrowed.text
    assert "Clinic 2023" not in narrowed.text
    assert [chip.text for chip in narrowed.context["chosen"]] == ["Kind: Contacts and notes", "Sector: Health"]
    assert "Nothing that you may see fits" in tariq.client.get(address + "?words=moon").text


def test_an_agency_is_a_filter_too(varied: Case, tariq: Person, health: Place) -> None:
    assert titles(page(tariq, varied, f"?agency={health.agency.uuid}")) == ["Call 2024", "Clinic 2023"]


@pytest.mark.parametrize(
    "query",
    ["?year=99999", "?year=२०२४", "?since-day=99", "?group=x&sector=y&agency=z", "?words=%00", "?words=" + "a" * 5000,
     "?words=!%26%7C%28%27", "?cursor=nonsense", "?until-year=0&until-day=1&until-month=1"],
)  # fmt: skip
def test_a_hostile_filter_never_breaks_the_timeline(query: str, varied: Case, tariq: Person) -> None:
    answer = tariq.client.get(reverse("cases:timeline", args=[varied.uuid]) + query)

    assert answer.status_code == 200


def test_chosen_filters_are_shown_with_the_way_to_remove_each(varied: Case, tariq: Person) -> None:
    text = page(tariq, varied, "?words=clinic&matters=on&since-day=1&since-month=2&since-year=2023")

    assert "Search in the entries: clinic" in text
    assert "From: 1 February 2023" in text
    assert 'href="?words=clinic&amp;matters=on"' in text


def test_years_are_those_of_entries_that_the_reader_may_see(varied: Case, tariq: Person, hana: Person) -> None:
    write(varied, hana, "Hidden", occurred_at=datetime(2019, 1, 1, tzinfo=UTC), audience=timeline.OWN_TEAM)
    now = timezone.localdate().year

    with entered(tariq) as by:
        # The call at half past eleven on New Year’s Eve was in 2024: years turn at local midnight.
        assert access_timeline.years(by, varied) == [now, 2024, 2023, 2022]
    with entered(hana) as by:
        assert access_timeline.years(by, varied) == [now, 2024, 2023, 2022, 2019]


def test_a_year_turns_at_local_midnight(shared: Case, tariq: Person) -> None:
    write(shared, tariq, "Summer night", occurred_at=datetime(2023, 7, 1, 23, 30, tzinfo=UTC))
    write(shared, tariq, "First of July", occurred_at=datetime(2023, 6, 30, 23, 30, tzinfo=UTC))

    query = "?since-day=1&since-month=7&since-year=2023&until-day=1&until-month=7&until-year=2023"
    assert titles(page(tariq, shared, query)) == ["First of July"]


def test_the_search_finds_nothing_in_what_the_reader_may_not_see(shared: Case, tariq: Person, hana: Person) -> None:
    write(shared, hana, "Secret giraffe", audience=timeline.OWN_TEAM)

    assert titles(page(hana, shared, "?words=giraffe")) == ["Secret giraffe"]
    assert titles(page(tariq, shared, "?words=giraffe")) == []


# --- What is new ----------------------------------------------------------------------------------


def test_what_others_recorded_since_the_reader_last_looked_is_marked_as_new(
    shared: Case, tariq: Person, hana: Person
) -> None:
    old = write(shared, hana, "Before")
    recorded(old, timezone.now() - timedelta(days=2))
    with entered(tariq) as by:
        mark_read(shared, timezone.now() - timedelta(days=1), by=by)
    write(shared, hana, "Since, of long ago", occurred_at=datetime(2020, 1, 1, tzinfo=UTC))
    write(shared, hana, "Since, and hidden", audience=timeline.OWN_TEAM)
    write(shared, tariq, "My own")

    text = " ".join(page(tariq, shared, "?new=on").split())

    # The case, its teams and Hana’s entry: what is hidden and what is Tariq’s own does not count.
    assert "<strong>4 new entries</strong>" in text
    assert titles(text)[-1] == "Since, of long ago"
    assert "Before" not in text
    assert "Since, and hidden" not in text
    assert "My own" not in text


def test_saying_read_up_to_here_moves_the_mark_and_nothing_moves_it_back(shared: Case, tariq: Person) -> None:
    client, address = tariq.client, reverse("cases:timeline_looked", args=[shared.uuid])
    now = timezone.now()
    client.post(address, {"up_to": now.isoformat()})
    client.post(address, {"up_to": (now - timedelta(days=3)).isoformat()})
    client.post(address, {"up_to": "no time"})
    client.post(address, {"up_to": "2024-02-31T00:00:00Z"})

    with as_owner():
        assert TimelineLook.objects.get(user=tariq.user).looked_at == now
    client.post(address, {"up_to": (now + timedelta(days=3)).isoformat()})
    with as_owner():
        assert TimelineLook.objects.get(user=tariq.user).looked_at < timezone.now()
    assert "nothing new" in page(tariq, shared)


def test_a_date_may_stand_in_for_the_last_look(shared: Case, tariq: Person, hana: Person) -> None:
    recorded(write(shared, hana, "Recorded in March"), datetime(2024, 3, 3, tzinfo=UTC))
    recorded(write(shared, hana, "Recorded in May"), datetime(2024, 5, 3, tzinfo=UTC))

    text = page(tariq, shared, "?new=on&mark-day=1&mark-month=4&mark-year=2024")

    assert "Since 1 April 2024" in text
    assert "Recorded in May" in text
    assert "Recorded in March" not in text


# --- One entry, and pins --------------------------------------------------------------------------


def test_an_entry_has_its_own_address_with_who_can_see_it_and_why(
    shared: Case, tariq: Person, hana: Person, alice: Person
) -> None:
    entry = write(shared, tariq, "For Alice", audience=Audience(mask=0, people=(alice.user,)))
    address = reverse("cases:entry", args=[shared.uuid, entry.uuid])

    for reader in (tariq, alice):
        outlook = reader.client.get(address).context["outlook"]
        assert {who for seat in outlook.visible for who in seat.people} == {tariq.user, alice.user}
        assert hana.user in {who for seat in outlook.hidden for who in seat.people}
    refused = hana.client.get(address)
    absent = hana.client.get(reverse("cases:entry", args=[shared.uuid, uuid4()]))
    assert refused.status_code == absent.status_code == 404


def test_an_entry_is_not_found_under_another_case(shared: Case, alice: Person, social_care: Place) -> None:
    entry = write(shared, alice, "Here")
    address = reverse("cases:entry", args=[uuid4(), entry.uuid])

    assert alice.client.get(address).status_code == 404


def test_a_pin_is_the_readers_own(shared: Case, tariq: Person, daisy: Person, hana: Person) -> None:
    entry = write(shared, hana, "Worth keeping")
    pin = reverse("cases:entry_pin", args=[shared.uuid, entry.uuid])
    tariq.client.post(pin, {"pinned": "1"})
    tariq.client.post(pin, {"pinned": "1"})

    assert titles(page(tariq, shared, "?pinned=on")) == ["Worth keeping"]
    assert "Pinned by you" not in page(daisy, shared)
    assert titles(page(daisy, shared, "?pinned=on")) == []
    tariq.client.post(pin, {"pinned": "0"})
    with as_owner():
        assert not EntryPin.objects.exists()


def test_nobody_pins_what_they_may_not_see(shared: Case, tariq: Person, hana: Person) -> None:
    entry = write(shared, hana, "Hidden", audience=timeline.OWN_TEAM)

    assert tariq.client.post(reverse("cases:entry_pin", args=[shared.uuid, entry.uuid])).status_code == 404
    with as_owner():
        assert not EntryPin.objects.exists()


# --- Figures --------------------------------------------------------------------------------------


def test_queries_stay_constant_in_rows(
    varied: Case, tariq: Person, hana: Person, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    address, client = reverse("cases:timeline", args=[varied.uuid]), tariq.client
    with entered(tariq) as by:
        mark_read(varied, timezone.now(), by=by)
    for number in range(25):
        write(varied, hana, f"More {number}", audience=Audience(mask=0, people=(tariq.user,)))
    client.get(address)
    with django_assert_max_num_queries(27):
        client.get(address)


def test_ids_of_a_page_and_the_next_are_one_statement_each(
    varied: Case, tariq: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with entered(tariq) as by, django_assert_num_queries(2):
        first = access_timeline.entry_ids(by, varied, TimelineFilters(), limit=2)
        rest = access_timeline.entry_ids(by, varied, TimelineFilters(), after=Position(*first[-1]), limit=50)

    assert len(first) == 2
    assert not {p.pk for p in first} & {p.pk for p in rest}
