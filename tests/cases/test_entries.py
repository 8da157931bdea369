"""Writing on the timeline by hand: who may, what is refused, and who will see it, said by name before it is saved."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases import own_part, timeline
from cases.actions.entries import add_entry
from cases.actions.grants import view_permission
from cases.actions.involvement import Terms, involve
from cases.actions.restriction import exclude
from cases.audience import Reach, default_for
from cases.event_kinds import Kind
from cases.models import (
    AccessLevel,
    Case,
    CaseGroupGrant,
    CaseUserGrant,
    Child,
    Involvement,
    Sensitivity,
    TimelineEntry,
)
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.programs import program_of

WHY = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")
READ_ONLY = Terms(purpose="Welfare", lawful_basis="ca2004_s11")


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with Oakfield contributing and health reading."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
        involve(case, health.team, READ_ONLY, by=by)
    return case


def on(day: date) -> dict[str, Any]:
    """Return the three parts of a day as a form sends them."""
    return {"day-day": day.day, "day-month": day.month, "day-year": day.year}


def typed(**changes: Any) -> dict[str, Any]:
    """Return a filled-in form for something that happened yesterday."""
    return (
        on(timezone.localdate() - timedelta(days=1))
        | {"title": "Came without a coat", "audience": "everybody", "sensitivity": "0"}
        | changes
    )


def address(case: Case, kind: str = "note") -> str:
    return reverse("cases:entry_add", args=[case.uuid, kind])


def check_and_save(person: Person, case: Case, of: str = "note", **changes: Any) -> Any:
    """Send the form, then the check page as it came back; return the last answer."""
    client, sent = person.client, typed(**changes)
    page = client.post(address(case, of), sent)
    if "Check who will see this" not in page.text:
        return page
    seen = page.context["outlook"].fingerprint
    return client.post(address(case, of), sent | {"seen": seen, "save": "1"}, follow=True)


def entries(title: str = "Came without a coat") -> list[TimelineEntry]:
    with as_owner():
        return list(TimelineEntry.objects.filter(title=title))


# --- Who, and what --------------------------------------------------------------------------------


def test_a_teacher_writes_an_entry_and_everybody_involved_reads_it(shared: Case, tariq: Person, hana: Person) -> None:
    page = check_and_save(
        tariq, shared, "school_event", body="Third time this month", child_words="“I’m not cold”", at="8:45"
    )

    assert "The entry is on the timeline" in page.text
    (entry,) = entries()
    assert (entry.kind, entry.child_words, timezone.localtime(entry.occurred_at).hour) == (
        "school_event",
        "“I’m not cold”",
        8,
    )
    assert "Came without a coat" in hana.client.get(reverse("cases:detail", args=[shared.uuid])).text


def test_who_has_a_file_to_attach_chooses_it_next(shared: Case, tariq: Person) -> None:
    page = check_and_save(tariq, shared, then_attach="on")

    (entry,) = entries()
    assert page.redirect_chain[-1][0] == reverse("cases:entry_attach", args=[shared.uuid, entry.uuid])
    assert "The entry is on the timeline" in page.text
    assert 'type="file"' in page.text


def test_nothing_is_saved_before_the_names_were_shown(shared: Case, tariq: Person) -> None:
    page = tariq.client.post(address(shared), typed(body="As typed"))

    assert page.status_code == 200
    assert 'name="body" value="As typed"' in page.text
    assert not entries()


def test_change_brings_the_form_back_with_what_was_typed(shared: Case, tariq: Person) -> None:
    page = tariq.client.post(address(shared), typed(body="As typed", change="1"))

    assert "As typed</textarea>" in page.text
    assert "Came without a coat" in page.text


def test_who_may_only_read_is_not_offered_to_write(shared: Case, hana: Person, olive: Person) -> None:
    assert "Add to the timeline" not in hana.client.get(reverse("cases:detail", args=[shared.uuid])).text
    for person in (hana, olive):
        assert person.client.get(reverse("cases:entry_kinds", args=[shared.uuid])).status_code == 404
        assert person.client.post(address(shared), typed()).status_code == 404
        with entered(person) as by, pytest.raises(Http404):
            add_entry(shared, timeline.Event(kind=Kind.NOTE, title="No"), by=by)
    assert not entries("No")


def test_what_a_page_causes_is_not_written_by_hand(shared: Case, tariq: Person) -> None:
    assert tariq.client.get(address(shared, "case_closed")).status_code == 404
    with entered(tariq) as by, pytest.raises(ValidationError, match="recorded by the page"):
        add_entry(shared, timeline.Event(kind=Kind.CASE_CLOSED, title="Closed?"), by=by)


def test_a_double_click_saves_one_entry(shared: Case, tariq: Person) -> None:
    key = {"idempotency_key": "6f3d2a8e-0f0b-4a53-9d2b-3f1d6f0a7c11"}
    check_and_save(tariq, shared, **key)
    check_and_save(tariq, shared, **key)

    assert len(entries()) == 1


# --- Bad input ------------------------------------------------------------------------------------


def test_an_event_in_the_future_is_refused_and_the_text_kept(shared: Case, tariq: Person) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = check_and_save(tariq, shared, body="Kept", **on(tomorrow))

    assert page.status_code == 422
    assert "today or in the past" in page.text
    assert "Kept</textarea>" in page.text


def test_later_today_is_refused_too(shared: Case, tariq: Person) -> None:
    late = timezone.now() + timedelta(minutes=5)
    with entered(tariq) as by, pytest.raises(ValidationError, match="cannot lie in the future"):
        add_entry(shared, timeline.Event(kind=Kind.NOTE, title="Late", occurred_at=late), by=by)


def test_before_the_birth_only_what_is_marked_so(shared: Case, tariq: Person) -> None:
    with as_owner():
        Child.objects.filter(pk=shared.child_id).update(born_on=date(2020, 5, 4))
    early = on(date(2020, 5, 3))

    refused = check_and_save(tariq, shared, **early)
    assert "The child was born on 4 May 2020" in refused.text
    assert not entries()

    check_and_save(tariq, shared, before_birth="on", **early)
    assert entries()[0].before_birth


def test_a_pasted_200_kb_text_is_refused_with_its_limit_and_not_lost(shared: Case, tariq: Person) -> None:
    pasted = "All of it. " * 18_200
    page = check_and_save(tariq, shared, body=pasted)

    assert page.status_code == 422
    assert "Facts must be 10000 characters or fewer" in page.text
    assert pasted.strip() in page.text
    assert not entries()


@pytest.mark.parametrize("text", ["Smiled 🙂🏳️‍🌈 and waved", "قالت إنها خائفة", "שלום\nsecond line", "a <b>b</b> & c"])
def test_emoji_and_right_to_left_text_are_kept_as_typed(text: str, shared: Case, tariq: Person) -> None:
    check_and_save(tariq, shared, body=text, child_words=text)

    (entry,) = entries()
    assert (entry.body, entry.child_words) == (text, text)


# --- Who may see it -------------------------------------------------------------------------------


def test_the_preview_says_by_name_who_sees_it_and_who_does_not(
    shared: Case, tariq: Person, daisy: Person, hana: Person, alice: Person
) -> None:
    sent = typed(audience="sectors", audience_sectors=["social_care"])
    outlook = tariq.client.post(address(shared), sent).context["outlook"]

    assert {who.name for seat in outlook.visible for who in seat.people} == {
        alice.user.name,
        daisy.user.name,
        tariq.user.name,
    }
    assert [who.name for seat in outlook.hidden for who in seat.people] == [hana.user.name]


@pytest.mark.parametrize(
    ("chosen", "readers"),
    [
        ({"audience": "own_team"}, {"tariq", "daisy"}),
        ({"audience": "everybody"}, {"tariq", "daisy", "alice", "hana"}),
        ({"audience": "sectors", "audience_sectors": ["health"]}, {"tariq", "daisy", "hana"}),
        ({"audience": "named", "audience_named": ["user:alice"]}, {"tariq", "daisy", "alice"}),
        ({"audience": "named", "audience_named": ["team:hana"]}, {"tariq", "daisy", "hana"}),
        ({"audience": "named", "audience_named": ["agency:hana"]}, {"tariq", "daisy", "hana"}),
        ({"audience": "everybody", "sensitivity": "1"}, {"tariq", "daisy", "alice"}),
    ],
)
def test_what_was_previewed_is_what_is_seen(
    chosen: dict[str, Any], readers: set[str], shared: Case, request: pytest.FixtureRequest
) -> None:
    cast: dict[str, Person] = {name: request.getfixturevalue(name) for name in ("tariq", "daisy", "alice", "hana")}
    with as_owner():
        cast["hana"].membership.clearance = 0
        cast["hana"].membership.save()
    if "audience_named" in chosen:
        chosen = chosen | {"audience_named": [_key(cast, each) for each in chosen["audience_named"]]}
    page = cast["tariq"].client.post(address(shared), typed(**chosen))
    outlook = page.context["outlook"]

    check_and_save(cast["tariq"], shared, **chosen)

    detail = reverse("cases:detail", args=[shared.uuid])
    assert {n for n, person in cast.items() if "Came without a coat" in person.client.get(detail).text} == readers
    assert {who for seat in outlook.visible for who in seat.people} == {cast[name].user for name in readers}


def _key(cast: dict[str, Person], named: str) -> str:
    kind, _, name = named.partition(":")
    person = cast[name]
    of = {"user": person.user, "team": person.membership.teams.get(), "agency": person.membership.agency}
    return f"{kind}:{of[kind].uuid}"


def test_when_readers_change_between_check_and_save_the_names_are_shown_again(
    shared: Case, tariq: Person, alice: Person, police: Place, piotr: Person
) -> None:
    client, sent = tariq.client, typed()
    seen = client.post(address(shared), sent).context["outlook"].fingerprint
    with entered(alice) as by:
        involve(shared, police.team, READ_ONLY, by=by)

    page = client.post(address(shared), sent | {"seen": seen, "save": "1"})

    assert "who sees this case has changed" in page.text
    assert piotr.user.name in page.text
    assert not entries()


def test_the_preview_betrays_no_confidential_part_and_no_exclusion(
    *, shared: Case, tariq: Person, alice: Person, hana: Person, vera: Person, voluntary: Place
) -> None:
    before = tariq.client.post(address(shared), typed()).context["outlook"]
    with entered(alice) as by:
        involve(shared, voluntary.team, Terms(purpose="Refuge", lawful_basis="b", confidential=True), by=by)
        exclude(shared, hana.user, reason="Related", by=by)
    page = tariq.client.post(address(shared), typed())

    assert page.context["outlook"] == before
    assert vera.user.name not in page.text
    assert voluntary.team.name not in tariq.client.get(address(shared)).text
    led = alice.client.post(address(shared), typed()).context["outlook"]
    assert hana.user not in {who for seat in led.visible for who in seat.people}


def test_nobody_writes_above_their_own_clearance(shared: Case, tariq: Person) -> None:
    page = check_and_save(tariq, shared, sensitivity=str(int(Sensitivity.HIGHLY_SENSITIVE)))
    assert page.status_code == 422

    audience = timeline.Audience(sensitivity=Sensitivity.HIGHLY_SENSITIVE)
    with entered(tariq) as by, pytest.raises(ValidationError, match="more sensitive than you are cleared for"):
        add_entry(shared, timeline.Event(kind=Kind.NOTE, title="x", audience=audience), by=by)


def test_an_outsider_cannot_be_named(shared: Case, tariq: Person, olive: Person) -> None:
    page = check_and_save(tariq, shared, audience="named", audience_named=[f"user:{olive.user.uuid}"])

    assert page.status_code == 422
    assert not entries()


@pytest.mark.parametrize(
    ("who", "kind", "reach"),
    [
        ("tariq", Kind.NOTE, Reach.EVERYBODY),
        ("hana", Kind.HEALTH_EVENT, Reach.SECTORS),
        ("alice", Kind.HEALTH_EVENT, Reach.EVERYBODY),
        ("piotr", Kind.POLICE_EVENT, Reach.SECTORS),
    ],
)
def test_the_first_choice_depends_on_kind_and_sector(
    who: str, kind: Kind, reach: Reach, case: Case, request: pytest.FixtureRequest
) -> None:
    with entered(request.getfixturevalue(who)) as by:
        assert default_for(kind, by, case).reach == reach


# --- A team whose part is confidential ------------------------------------------------------------


@pytest.fixture
def refuge(case: Case, alice: Person, voluntary: Place, vera: Person) -> Person:
    """Vera, whose team contributes to the case in confidence."""
    with entered(alice) as by:
        involve(case, voluntary.team, replace(WHY, confidential=True), by=by)
    return vera


def test_what_a_confidential_team_writes_is_for_itself_unless_it_says_otherwise(case: Case, refuge: Person) -> None:
    page = refuge.client.get(address(case))

    with entered(refuge) as by:
        assert default_for(Kind.NOTE, by, case).reach == Reach.OWN_TEAM
    assert page.context["form"]["audience"].value() == Reach.OWN_TEAM
    assert "is confidential" in page.text


def test_a_program_of_a_confidential_team_writes_for_the_team_unless_it_says_otherwise(
    case: Case, refuge: Person, alice: Person
) -> None:
    sent = {"kind": "note", "occurred_at": timezone.now().isoformat(), "title": "Came without a coat"}
    answer = program_of(refuge).post(reverse("api:entry_add", args=[case.uuid]), sent)

    assert answer.status_code == 201, answer.content
    (entry,) = entries()
    assert entry.audience_mask == timeline.AUTHORS_TEAM_ONLY
    assert "without a coat" not in alice.client.get(reverse("cases:timeline", args=[case.uuid])).text


def test_a_part_that_is_over_gives_an_entry_no_author_and_is_still_not_betrayed(
    case: Case, alice: Person, refuge: Person, social_care: Place
) -> None:
    """She now works for social care too; her first team's part has lapsed, and must not show under what she writes."""
    with as_owner():
        refuge.membership.teams.add(social_care.team)
        past = timezone.now() - timedelta(days=1)
        for rows in (Involvement.objects.filter(confidential=True), CaseGroupGrant.objects.exclude(level=3)):
            rows.update(since=past - timedelta(days=1), until=past)

    with entered(refuge) as by:
        assert own_part.author_part(case, by) == (social_care.team.group_id, False)
    with as_owner():
        refuge.membership.teams.remove(social_care.team)
        CaseUserGrant.objects.create(
            content_object=case,
            user=refuge.user,
            permission_id=view_permission(),
            level=2,
            kind="named",
            reason="On leave, and still asked",
            granted_by=alice.user,
        )
    with entered(refuge) as by:
        assert own_part.author_part(case, by)[1]
