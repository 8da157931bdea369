"""What is done to an entry that stands: corrected, disputed, shown to others, confirmed. Nothing is overwritten."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction
from django.http import Http404
from django.urls import reverse

from cases.actions.beside import change_audience, correct, dispute
from cases.actions.entries import add_entry
from cases.actions.involvement import Terms, involve
from cases.actions.receipts import ask_to_confirm, confirm
from cases.actions.restriction import exclude
from cases.event_kinds import Kind
from cases.models import (
    AccessLevel,
    Case,
    CaseGroupGrant,
    EntryPlaceholder,
    EntryReceipt,
    EntryRemark,
    Sensitivity,
    TimelineEntry,
)
from cases.timeline import EVERYBODY_INVOLVED, OWN_TEAM, Audience, Event
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner

CONTRIBUTE = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")
SOCIAL_CARE, HEALTH = 1, 1 << 2


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with Oakfield and health contributing."""
    with entered(alice) as by:
        for place in (oakfield, health):
            involve(case, place.team, CONTRIBUTE, by=by)
    return case


def write(
    case: Case, person: Person, title: str, audience: Audience = EVERYBODY_INVOLVED, **more: Any
) -> TimelineEntry:
    with entered(person) as by:
        return add_entry(case, Event(kind=Kind.NOTE, title=title, audience=audience), by=by, **more)


def text_of(person: Person, case: Case) -> str:
    return " ".join(person.client.get(reverse("cases:timeline", args=[case.uuid])).text.split())


def sees(person: Person, entry: TimelineEntry) -> bool:
    with entered(person):
        return TimelineEntry.objects.filter(pk=entry.pk).exists()


def address(name: str, entry: TimelineEntry) -> str:
    return reverse(f"cases:{name}", args=[entry.case.uuid, entry.uuid])


# --- Corrections ----------------------------------------------------------------------------------


def test_a_correction_stands_beside_what_it_supersedes_with_who_when_and_why(
    shared: Case, tariq: Person, daisy: Person, hana: Person
) -> None:
    entry = write(shared, tariq, "Bruise on the left arm", Audience(mask=HEALTH, people=(hana.user,), family=True))
    page = daisy.client.get(address("entry_correct", entry))
    assert "Bruise on the left arm" in page.text

    day = {f"day-{part}": page.context["form"]["day"].value().strftime(sign)
           for part, sign in (("day", "%d"), ("month", "%m"), ("year", "%Y"))}  # fmt: skip
    sent = day | {"title": "Bruise on the right arm", "reason": "I had mixed up the sides"}
    daisy.client.post(address("entry_correct", entry), sent)

    with as_owner():
        (correction,) = TimelineEntry.objects.filter(corrects=entry)
        entry.refresh_from_db()
    assert entry.title == "Bruise on the left arm"
    assert (correction.audience_mask, correction.has_named, correction.family_may_see) == (HEALTH, True, True)
    assert (correction.author_group_id, correction.kind) == (entry.author_group_id, entry.kind)
    shown = text_of(hana, shared)
    assert "<s>Bruise on the left arm</s>" in shown
    assert "Corrected by Daisy Dale on" in shown
    assert "I had mixed up the sides" in shown


def test_only_the_authors_team_corrects(shared: Case, tariq: Person, hana: Person, alice: Person) -> None:
    entry = write(shared, tariq, "As it was")
    for person in (hana, alice):
        assert person.client.get(address("entry_correct", entry)).status_code == 404
        with entered(person) as by, pytest.raises(Http404):
            correct(shared, entry, Event(kind=Kind.NOTE, title="Otherwise"), reason="Because", by=by)
    with as_owner():
        assert not TimelineEntry.objects.filter(corrects=entry).exists()


def test_two_corrections_of_one_entry_are_both_kept_and_shown(shared: Case, tariq: Person, daisy: Person) -> None:
    entry = write(shared, tariq, "First")
    for person, title in ((tariq, "Second"), (daisy, "Third")):
        with entered(person) as by:
            correct(shared, entry, Event(kind=Kind.NOTE, title=title), reason=f"{title} thoughts", by=by)

    shown = text_of(tariq, shared)
    for words in ("<s>First</s>", "Second", "Third", "Second thoughts", "Third thoughts"):
        assert words in shown


@pytest.mark.parametrize(("title", "reason"), [("", "Why"), ("What", " ")])
def test_a_correction_says_what_and_why(title: str, reason: str, shared: Case, tariq: Person) -> None:
    entry = write(shared, tariq, "First")
    with entered(tariq) as by, pytest.raises(ValidationError, match="Say what happened, and why"):
        correct(shared, entry, Event(kind=Kind.NOTE, title=title), reason=reason, by=by)


OVERWRITING = [
    "UPDATE cases_timelineentry SET title = 'x'",
    "DELETE FROM cases_timelineentry",
    "UPDATE cases_entryremark SET text = 'x'",
    "DELETE FROM cases_entryremark",
]


@pytest.mark.parametrize("statement", OVERWRITING)
def test_the_database_itself_lets_nobody_overwrite(statement: str, shared: Case, tariq: Person) -> None:
    with entered(tariq), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


# --- Disputes -------------------------------------------------------------------------------------


def test_another_agency_disputes_an_entry_for_the_same_readers_and_the_author_is_told(
    shared: Case, tariq: Person, hana: Person, alice: Person
) -> None:
    entry = write(shared, tariq, "Missed the appointment", Audience(mask=HEALTH))
    hana.client.post(address("entry_dispute", entry), {"text": "We had cancelled it ourselves."})

    for person in (tariq, hana):
        assert "Disputed</strong> by Hana Hughes, Northshire 0–19 health team" in text_of(person, shared)
    assert "cancelled it" not in text_of(alice, shared)
    with as_owner():
        note = InboxItem.objects.get(kind="entry.dispute")
    assert (note.recipient_id, note.path) == (tariq.user.pk, address("entry", entry))


def test_ones_own_agencys_entry_is_corrected_not_disputed(shared: Case, tariq: Person, daisy: Person) -> None:
    entry = write(shared, tariq, "Ours")
    assert daisy.client.get(address("entry_dispute", entry)).status_code == 404
    with entered(daisy) as by, pytest.raises(ValidationError, match="correct it instead"):
        dispute(shared, entry, text="No", by=by)


def test_what_one_may_not_see_one_cannot_dispute(shared: Case, tariq: Person, hana: Person) -> None:
    entry = write(shared, tariq, "Ours alone", OWN_TEAM)
    with entered(hana) as by, pytest.raises(Http404):
        dispute(shared, entry, text="No", by=by)
    with as_owner():
        assert not EntryRemark.objects.exists()


# --- Another audience -----------------------------------------------------------------------------


def test_the_audience_is_changed_with_a_reason_on_the_record_after_the_names_were_shown(
    shared: Case, tariq: Person, hana: Person, alice: Person
) -> None:
    entry = write(shared, tariq, "Now for health", OWN_TEAM)
    sent = {"audience": "sectors", "audience_sectors": ["health"], "sensitivity": "0", "reason": "The nurse needs it"}
    page = tariq.client.post(address("entry_audience", entry), sent)
    assert not sees(hana, entry)

    seen = page.context["outlook"]
    assert hana.user in {who for seat in seen.visible for who in seat.people}
    tariq.client.post(address("entry_audience", entry), sent | {"seen": seen.fingerprint, "save": "1"})

    assert sees(hana, entry)
    assert not sees(alice, entry)
    assert "Audience changed</strong> by Tariq Turner" in text_of(hana, shared)
    with as_owner():
        assert AuditRow.objects.get(action="entry.change_audience").reason == "The nurse needs it"


def test_corrections_go_with_the_entry_whichever_of_them_is_changed(
    shared: Case, tariq: Person, hana: Person, alice: Person
) -> None:
    entry = write(shared, tariq, "First")
    with entered(tariq) as by:
        second = correct(shared, entry, Event(kind=Kind.NOTE, title="Second"), reason="Why", by=by)
        third = correct(shared, second, Event(kind=Kind.NOTE, title="Third"), reason="Why", by=by)
        change_audience(shared, second, Audience(mask=0, people=(hana.user,)), reason="Only Hana", by=by)

    assert [sees(hana, each) for each in (entry, second, third)] == [True] * 3
    assert [sees(alice, each) for each in (entry, second, third)] == [False] * 3


def test_the_lists_dates_move_with_the_audience(shared: Case, tariq: Person, hana: Person, health: Place) -> None:
    def newest() -> Any:
        with as_owner():
            return CaseGroupGrant.objects.get(content_object=shared, group=health.team.group).last_activity_at

    before = newest()
    entry = write(shared, tariq, "Hidden first", OWN_TEAM)
    assert newest() == before
    with entered(tariq) as by:
        change_audience(shared, entry, EVERYBODY_INVOLVED, reason="Open it", by=by)
    assert newest() == entry.occurred_at
    with entered(tariq) as by:
        change_audience(shared, entry, OWN_TEAM, reason="Close it again", by=by)
    assert newest() == before


def test_only_the_authors_team_changes_the_audience(shared: Case, tariq: Person, hana: Person) -> None:
    entry = write(shared, tariq, "For all")
    with entered(hana) as by, pytest.raises(Http404):
        change_audience(shared, entry, OWN_TEAM, reason="Mine now", by=by)
    with entered(hana), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_change_audience(%s, 0, 0, false, '{}', '{}', '{}')", [entry.pk])
        assert cursor.fetchone()[0] == 0, "the database asks for itself who changes it"


def test_nobody_changes_an_entry_above_their_clearance(shared: Case, tariq: Person, daisy: Person) -> None:
    with as_owner():
        daisy.membership.clearance = 0
        daisy.membership.save()
    entry = write(shared, tariq, "Sensitive", Audience(sensitivity=Sensitivity.SENSITIVE))
    with entered(daisy) as by, pytest.raises(ValidationError, match="more sensitive than you are cleared for"):
        change_audience(shared, entry, EVERYBODY_INVOLVED, reason="Down with it", by=by)


# --- Placeholders ---------------------------------------------------------------------------------


def test_where_the_author_chose_so_others_read_which_team_holds_something_and_nothing_else(
    shared: Case, tariq: Person, hana: Person, daisy: Person
) -> None:
    before = text_of(hana, shared)
    write(shared, tariq, "Kept with us", OWN_TEAM)
    assert _plain(text_of(hana, shared)) == _plain(before), "by default nothing at all"

    write(shared, tariq, "Also kept with us", replace(OWN_TEAM, placeholder=True))
    once = text_of(hana, shared)
    write(shared, daisy, "A third", replace(OWN_TEAM, placeholder=True))

    assert "Oakfield Primary School</a>: Safeguarding team" in once
    assert "kept with us" not in once
    assert _plain(text_of(hana, shared)) == _plain(once), "neither how many nor when"
    assert "Held where you may not read it" not in text_of(daisy, shared)


def _plain(text: str) -> str:
    start, end = text.index("<main"), text.index("</main")
    return re.sub(r'(value|data-since)="[^"]*"', "", text[start:end])


def test_a_placeholder_goes_when_its_entry_is_opened(shared: Case, tariq: Person, hana: Person) -> None:
    entry = write(shared, tariq, "Kept", replace(OWN_TEAM, placeholder=True))
    with entered(tariq) as by:
        change_audience(shared, entry, Audience(mask=HEALTH), reason="The nurse needs it", by=by)

    assert "Held where you may not read it" not in text_of(hana, shared)
    with as_owner():
        assert not EntryPlaceholder.objects.exists()


def test_a_team_whose_part_is_confidential_leaves_no_sign(
    *, shared: Case, alice: Person, vera: Person, voluntary: Place
) -> None:
    with entered(alice) as by:
        involve(shared, voluntary.team, replace(CONTRIBUTE, confidential=True), by=by)

    page = vera.client.get(reverse("cases:entry_add", args=[shared.uuid, "note"])).text
    assert "may know that my team holds something" not in page
    with entered(vera) as by, pytest.raises(ValidationError, match="can leave no sign"):
        add_entry(shared, Event(kind=Kind.NOTE, title="x", audience=replace(OWN_TEAM, placeholder=True)), by=by)


# --- Receipts -------------------------------------------------------------------------------------


def test_an_entry_asks_an_agency_to_confirm_and_everybody_who_sees_it_sees_who_has_not(
    shared: Case, tariq: Person, hana: Person, alice: Person, health: Place
) -> None:
    entry = write(shared, tariq, "Please read", ask=[health.agency])
    assert "Northshire 0–19 health team (<strong>not yet</strong>)" in text_of(alice, shared)
    assert "Confirm that we have read this" in text_of(hana, shared)
    with as_owner():
        assert InboxItem.objects.get(kind="entry.confirm").recipient_id == hana.user.pk

    hana.client.post(address("entry_confirm", entry))

    assert "Northshire 0–19 health team (read, Hana Hughes" in text_of(alice, shared)
    assert "Confirm that we have read this" not in text_of(hana, shared)


def test_what_an_agency_is_asked_to_confirm_is_listed_for_its_people_until_one_of_them_does(
    shared: Case, tariq: Person, hana: Person, vera: Person, health: Place
) -> None:
    page = reverse("cases:to_confirm")
    entry = write(shared, tariq, "Please read", ask=[health.agency])

    assert "Please read" in hana.client.get(page).text
    assert "Entries that your agency is asked to confirm: 1" in hana.client.get("/").text
    assert "Nothing to confirm" in vera.client.get(page).text
    with entered(tariq) as by:
        change_audience(shared, entry, OWN_TEAM, reason="Wrong", by=by)
    assert "Nothing to confirm" in hana.client.get(page).text
    with entered(tariq) as by:
        change_audience(shared, entry, EVERYBODY_INVOLVED, reason="Right after all", by=by)

    hana.client.post(address("entry_confirm", entry))

    assert "Nothing to confirm" in hana.client.get(page).text


def test_the_form_asks_too(shared: Case, tariq: Person, health: Place) -> None:
    form = tariq.client.get(reverse("cases:entry_add", args=[shared.uuid, "note"])).context["form"]

    offered = {label for _key, label in form.fields["ask"].choices}
    assert offered == {"Northshire children’s services", health.agency.name}


def test_the_first_confirmation_stays(
    shared: Case, tariq: Person, alice: Person, mo: Person, social_care: Place
) -> None:
    entry = write(shared, tariq, "Please read", ask=[social_care.agency])
    for person in (mo, alice):
        with entered(person) as by:
            confirm(shared, entry, by=by)

    with as_owner():
        assert EntryReceipt.objects.get().confirmed_by == mo.user


def test_whoever_was_not_asked_cannot_confirm(shared: Case, tariq: Person, hana: Person, olive: Person) -> None:
    entry = write(shared, tariq, "Nobody asked")
    for person in (hana, tariq, olive):
        with entered(person) as by, pytest.raises(Http404):
            confirm(shared, entry, by=by)


def test_nobody_is_asked_to_confirm_what_they_cannot_see(
    shared: Case, tariq: Person, health: Place, police: Place, hana: Person
) -> None:
    with pytest.raises(ValidationError, match="nobody there can see this entry"):
        write(shared, tariq, "Ours alone", OWN_TEAM, ask=[health.agency])
    with as_owner():
        assert not TimelineEntry.objects.filter(title="Ours alone").exists()
    entry = write(shared, tariq, "For all")
    with entered(tariq) as by, pytest.raises(ValidationError, match="Northshire Police was not asked"):
        ask_to_confirm(shared, entry, [police.agency], by=by)


def test_asking_twice_asks_once(shared: Case, tariq: Person, hana: Person, health: Place) -> None:
    entry = write(shared, tariq, "Please read", ask=[health.agency])
    tariq.client.post(address("entry_ask", entry), {"ask": [str(health.agency.uuid)]})

    with as_owner():
        assert EntryReceipt.objects.count() == InboxItem.objects.filter(kind="entry.confirm").count() == 1


def test_only_the_authors_team_asks(shared: Case, tariq: Person, hana: Person, social_care: Place) -> None:
    entry = write(shared, tariq, "For all")
    assert hana.client.get(address("entry_ask", entry)).status_code == 404
    with entered(hana) as by, pytest.raises(Http404):
        ask_to_confirm(shared, entry, [social_care.agency], by=by)


def test_the_actions_of_an_entry_are_offered_to_those_who_may(
    shared: Case, tariq: Person, hana: Person, daisy: Person
) -> None:
    entry = write(shared, tariq, "Ours")
    own, other = daisy.client.get(address("entry", entry)).text, hana.client.get(address("entry", entry)).text

    assert "Correct this entry" in own
    assert "Say that you see it otherwise" not in own
    assert "Correct this entry" not in other
    assert "Say that you see it otherwise" in other


def test_whoever_is_kept_out_hears_nothing_also_from_somebody_who_does_not_know_it(
    *, shared: Case, alice: Person, tess: Person, hana: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        exclude(shared, tess.user, reason="Related", by=by)
    write(shared, hana, "Please read", ask=[social_care.agency])

    with as_owner():
        told = set(InboxItem.objects.filter(kind="entry.confirm").values_list("recipient", flat=True))
    assert told == {alice.user.pk}
