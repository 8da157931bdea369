"""A concern that a team kept to itself: its files, and how it joins the timeline of the child's case."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases import access_concerns, timeline
from cases.actions.attachments import Upload, attach_to_concern
from cases.actions.beside import change_audience, correct
from cases.actions.children import NewChild
from cases.actions.concern_links import link_concern
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.restriction import exclude, restrict
from cases.concern_codes import NextStep, Route
from cases.concern_outlook import outlook_of
from cases.concern_routes import Passing
from cases.event_kinds import Kind
from cases.models import AccessLevel, Attachment, Case, Concern, Involvement, Sensitivity, TimelineEntry
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.cases.test_concerns import log, page, sees
from tests.conftest import Person, Place
from tests.factories import as_owner, make_team

WHY = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare at school", lawful_basis="ca2004_s11")


@pytest.fixture
def kept(case: Case, tariq: Person, daisy: Person) -> Concern:
    """What Tariq wrote about the case's child for his school alone, before it was involved."""
    with as_owner():
        return Concern.objects.create(
            child=case.child,
            team=daisy.membership.teams.get(),
            author=tariq.user,
            author_agency=tariq.membership.agency,
            facts="Asleep in class",
            child_words="I had no bed",
            categories=["neglect"],
            occurred_at=timezone.now() - timedelta(days=3),
            known_by="seen",
            next_step="tell_lead",
            next_step_owner=daisy.user,
        )


@pytest.fixture
def involved(case: Case, alice: Person, oakfield: Place) -> Case:
    """The case, to which the school now contributes."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
    return case


@pytest.fixture
def duty(social_care: Place, tess: Person) -> Person:
    """Tess, at the duty desk, which is not on the case."""
    desk = make_team(social_care.agency, "Front door", kind="duty")
    with as_owner():
        tess.membership.teams.set([desk])
        tess.user.groups.set([desk.group])
    return tess


def link(person: Person, concern: Concern, audience: timeline.Audience = timeline.EVERYBODY_INVOLVED) -> TimelineEntry:
    with entered(person) as by:
        return link_concern(access_concerns.concern(by, concern.uuid), audience, by=by)


def attach(person: Person, concern: Concern, name: str = "Drawing.txt") -> Any:
    sent = {"file": SimpleUploadedFile(name, b"A house"), "description": "What the child drew"}
    return person.client.post(reverse("cases:concern_attach", args=[concern.uuid]), sent, follow=True)


def file_address(concern: Concern) -> str:
    with as_owner():
        return reverse("cases:concern_file", args=[concern.uuid, Attachment.objects.get(concern=concern).uuid])


# --- Joining the timeline -------------------------------------------------------------------------


def test_a_kept_concern_joins_the_timeline_word_for_word_and_then_the_case_reads_it(
    kept: Concern, involved: Case, daisy: Person, alice: Person, olive: Person
) -> None:
    assert not sees(alice, kept)

    entry = link(daisy, kept)

    assert (entry.body, entry.child_words, entry.occurred_at) == ("Asleep in class", "I had no bed", kept.occurred_at)
    assert "Neglect" in entry.title
    assert [sees(person, kept) for person in (alice, daisy, olive)] == [True, True, False]
    with as_owner():
        row = AuditRow.objects.get(action="concern.link")
    assert set(row.target_uuids) == {kept.uuid, entry.uuid, involved.uuid}


def test_the_readers_are_chosen_and_named_before_it_joins(
    kept: Concern, involved: Case, daisy: Person, alice: Person
) -> None:
    address = reverse("cases:concern_link", args=[kept.uuid])
    assert address in page(daisy, kept).text
    client = daisy.client
    typed = {"audience": "everybody", "sensitivity": "0"}

    shown = client.post(address, typed)

    assert "Alice Archer" in shown.text
    saved = client.post(address, typed | {"save": "1", "seen": shown.context["outlook"].fingerprint}, follow=True)
    assert "The concern is on the timeline of the case" in saved.text
    assert address not in saved.text
    assert "Asleep in class" in page(alice, kept).text


def test_a_school_keeps_it_to_its_own_team_unless_it_chooses_otherwise(
    kept: Concern, involved: Case, daisy: Person, alice: Person
) -> None:
    form = daisy.client.get(reverse("cases:concern_link", args=[kept.uuid])).context["form"]
    assert form["audience"].initial == "own_team"

    link(daisy, kept, timeline.OWN_TEAM)

    assert sees(daisy, kept)
    assert not sees(alice, kept)


def test_the_team_that_answers_keeps_its_sight_whoever_links(
    kept: Concern, involved: Case, alice: Person, daisy: Person
) -> None:
    with as_owner():
        Concern.objects.filter(pk=kept.pk).update(
            also=alice.membership.teams.get(), route=Route.UNREACHABLE, route_reason="Nobody there"
        )

    entry = link(alice, kept, timeline.OWN_TEAM)

    assert sees(daisy, kept)
    with entered(daisy) as by:
        assert TimelineEntry.objects.visible_to(by).filter(pk=entry.pk).exists()


def test_it_is_refused_where_a_team_that_holds_it_would_lose_it(kept: Concern, case: Case, alice: Person) -> None:
    with as_owner():
        Concern.objects.filter(pk=kept.pk).update(
            also=alice.membership.teams.get(), route=Route.UNREACHABLE, route_reason="Nobody there"
        )

    with pytest.raises(ValidationError, match="Not everybody who holds this concern"):
        link(alice, kept)
    assert sees(alice, kept)


def test_it_joins_no_restricted_case_where_colleagues_who_hold_it_see_nothing(
    kept: Concern, involved: Case, daisy: Person, alice: Person
) -> None:
    with entered(alice) as by:
        restrict(involved, people=[daisy.user], duty_team=alice.membership.teams.get(), reason="A relative", by=by)

    with pytest.raises(ValidationError, match="restricted"):
        link(daisy, kept)


def test_it_is_refused_as_sensitive_where_colleagues_elsewhere_may_not_be_cleared(
    kept: Concern, involved: Case, alice: Person
) -> None:
    with as_owner():
        Concern.objects.filter(pk=kept.pk).update(
            also=alice.membership.teams.get(), route=Route.UNREACHABLE, route_reason="Nobody there"
        )
        alice.membership.clearance = 3
        alice.membership.save()

    with pytest.raises(ValidationError, match="a sensitive entry"):
        link(alice, kept, timeline.Audience(sensitivity=Sensitivity(1)))


def test_who_is_on_the_case_and_does_not_hold_the_concern_cannot_link_it(
    kept: Concern, involved: Case, alice: Person
) -> None:
    assert alice.client.get(reverse("cases:concern_link", args=[kept.uuid])).status_code == 404


def test_who_holds_it_and_is_not_on_the_case_learns_of_none(kept: Concern, daisy: Person) -> None:
    address = reverse("cases:concern_link", args=[kept.uuid])

    assert address not in page(daisy, kept).text
    assert daisy.client.get(address).status_code == 404


def test_what_somebody_is_kept_from_joins_no_timeline(kept: Concern, involved: Case, daisy: Person) -> None:
    with as_owner():
        Concern.objects.filter(pk=kept.pk).update(route=Route.IMPLICATED, route_reason="A colleague")

    assert daisy.client.get(reverse("cases:concern_link", args=[kept.uuid])).status_code == 404


def test_of_two_who_link_at_once_the_second_finds_it_done(kept: Concern, involved: Case, daisy: Person) -> None:
    with entered(daisy) as by:
        seen_before = access_concerns.concern(by, kept.uuid)
        link(daisy, kept)
        with pytest.raises(Http404):
            link_concern(seen_before, timeline.EVERYBODY_INVOLVED, by=by)
    with as_owner():
        assert TimelineEntry.objects.filter(kind="concern").count() == 1


def test_somebody_excluded_loses_it_with_the_entry(
    kept: Concern, involved: Case, daisy: Person, alice: Person, tess: Person
) -> None:
    link(daisy, kept)
    with entered(alice) as by:
        exclude(involved, daisy.user, reason="Aunt of the child", by=by)

    assert not sees(daisy, kept)


def test_the_database_lets_it_join_only_the_case_of_its_own_child_and_only_once(
    kept: Concern, involved: Case, daisy: Person
) -> None:
    entry = link(daisy, kept)
    with as_owner(), pytest.raises(DatabaseError, match="joins one case"), transaction.atomic():
        Concern.objects.filter(pk=kept.pk).update(case=None, entry=None)
    with as_owner():
        other = Concern.objects.create(
            child=None,
            team=kept.team,
            author=kept.author,
            author_agency=kept.author_agency,
            facts="f",
            occurred_at=kept.occurred_at,
            known_by="seen",
            next_step="refer",
            next_step_owner=kept.author,
            route=Route.STAFF,
            staff_name="s",
        )
        with pytest.raises(DatabaseError, match="joins one case"), transaction.atomic():
            Concern.objects.filter(pk=other.pk).update(case=involved, entry=entry)


# --- What was asked of a team stays with it -------------------------------------------------------


def test_a_concern_that_goes_past_the_team_waits_with_a_desk_that_is_not_on_the_case(
    involved: Case, tariq: Person, daisy: Person, duty: Person
) -> None:
    passing = Passing(route=Route.UNREACHABLE, reason="At lunch, and it cannot wait")

    made = log(tariq, involved.child, passing=passing)

    assert made.entry_id is None
    assert sees(duty, made)
    assert sees(daisy, made)
    with entered(duty) as by:
        assert [each.pk for each in access_concerns.queue(by)] == [made.pk]
    with entered(daisy) as by:
        assert [each.pk for each in access_concerns.queue(by)] == [made.pk]
    with as_owner():
        told = set(InboxItem.objects.filter(kind="concern.log").values_list("recipient__email", flat=True))
    assert {duty.user.email, daisy.user.email} <= told


def test_the_preview_says_the_same(involved: Case, tariq: Person, duty: Person) -> None:
    passing = Passing(route=Route.UNREACHABLE, reason="At lunch, and it cannot wait")
    with entered(tariq) as by:
        shown = outlook_of(involved.child, passing, None, NextStep.TELL_LEAD, by=by)
    assert shown.case is None
    assert "Tess Tanner" in {person.name for seat in shown.outlook.visible for person in seat.people}


def test_on_a_restricted_case_a_teachers_concern_waits_with_the_safeguarding_team(
    involved: Case, tariq: Person, daisy: Person, alice: Person
) -> None:
    with entered(alice) as by:
        restrict(involved, people=[tariq.user], duty_team=alice.membership.teams.get(), reason="A relative", by=by)

    made = log(tariq, involved.child)

    assert made.entry_id is None
    assert sees(daisy, made)


def test_whoever_was_asked_to_look_keeps_their_sight_when_the_readers_change(
    involved: Case, tariq: Person, daisy: Person, alice: Person
) -> None:
    made = log(tariq, involved.child)
    assert made.entry is not None

    with entered(tariq) as by:
        change_audience(involved, made.entry, timeline.OWN_TEAM, reason="Wrong", by=by)
    with as_owner():
        tariq.membership.clearance = 3
        tariq.membership.save()
    with entered(tariq) as by, pytest.raises(ValidationError, match="may be cleared"):
        change_audience(involved, made.entry, timeline.Audience(sensitivity=Sensitivity(1)), reason="Wrong", by=by)

    assert sees(daisy, made)
    with entered(daisy) as by:
        assert [each.pk for each in access_concerns.queue(by)] == [made.pk]


def test_whoever_was_asked_to_look_keeps_the_concern_and_not_the_case_when_it_is_restricted(
    involved: Case, tariq: Person, daisy: Person, alice: Person
) -> None:
    made = log(tariq, involved.child)
    with entered(alice) as by:
        restrict(involved, people=[alice.user], duty_team=alice.membership.teams.get(), reason="A relative", by=by)

    assert sees(daisy, made)
    with entered(daisy) as by:
        assert [each.pk for each in access_concerns.queue(by)] == [made.pk]
        assert not Case.objects.visible_to(by).exists()
        assert not TimelineEntry.objects.visible_to(by).exists()
        assert ids_by_sql("cases_concern") == {made.pk}
        assert ids_by_sql("cases_timelineentry") == set()


def test_and_when_their_part_in_the_case_ends(involved: Case, tariq: Person, daisy: Person, alice: Person) -> None:
    made = log(tariq, involved.child)
    assert made.entry is not None
    with entered(alice) as by:
        share = Involvement.objects.get(case=involved, team=daisy.membership.teams.get())
        end_involvement(share, reason="Moved school", by=by)

    assert sees(daisy, made)
    shown = page(daisy, made).text
    assert "Safeguarding team" in shown
    assert "timeline of" not in shown


def test_also_after_two_corrections(involved: Case, tariq: Person, daisy: Person) -> None:
    made = log(tariq, involved.child)
    assert made.entry is not None
    entry = made.entry
    with entered(tariq) as by:
        for number in (1, 2):
            event = timeline.Event(kind=Kind.CONCERN, title=f"Version {number}", occurred_at=entry.occurred_at)
            entry = correct(involved, entry, event, reason="Misheard", by=by)
        change_audience(involved, entry, timeline.OWN_TEAM, reason="Wrong", by=by)

    with entered(daisy) as by:
        assert Concern.objects.visible_to(by).filter(pk=made.pk).exists()
        seen = TimelineEntry.objects.visible_to(by).filter(kind="concern")
        assert seen.count() == 3


def test_what_colleagues_keep_is_listed_for_the_team(alice: Person, mo: Person, olive: Person) -> None:
    made = log(alice, NewChild(given="Sam", surname="Example"), next_step=NextStep.REFER)

    shown = mo.client.get(reverse("cases:concerns")).text

    assert "Kept by your team" in shown
    assert reverse("cases:concern", args=[made.uuid]) in shown
    assert "Kept by your team" not in alice.client.get(reverse("cases:concerns")).text
    assert "Sam Example" not in olive.client.get(reverse("cases:concerns")).text


def test_a_long_list_of_ones_own_concerns_goes_on(alice: Person, case: Case) -> None:
    with as_owner():
        Concern.objects.bulk_create(
            Concern(
                child=case.child,
                team=alice.membership.teams.get(),
                author=alice.user,
                author_agency=alice.membership.agency,
                facts="f",
                occurred_at=timezone.now(),
                known_by="seen",
                next_step="refer",
                next_step_owner=alice.user,
            )
            for _ in range(52)
        )
    first = alice.client.get(reverse("cases:concerns")).context["page"]
    rest = alice.client.get(reverse("cases:concerns") + f"?cursor={first.after}").context["page"]

    assert len({each.pk for each in (*first.items, *rest.items)}) == 52
    assert rest.after is None


def test_the_entry_leads_to_the_concern_as_its_first_writer_wrote_it(
    kept: Concern, involved: Case, daisy: Person, alice: Person
) -> None:
    entry = link(daisy, kept)

    shown = alice.client.get(reverse("cases:entry", args=[involved.uuid, entry.uuid])).text

    assert reverse("cases:concern", args=[kept.uuid]) in shown
    assert "by Tariq Turner, Oakfield Primary School" in shown


def test_the_database_takes_no_concern_about_a_child_whom_its_writer_does_not_see(case: Case, olive: Person) -> None:
    with entered(olive), pytest.raises(DatabaseError, match="no such child"), transaction.atomic():
        Concern.objects.create(
            child_id=case.child_id,
            team=olive.membership.teams.get(),
            author=olive.user,
            author_agency=olive.membership.agency,
            facts="f",
            occurred_at=timezone.now(),
            known_by="seen",
            next_step="refer",
            next_step_owner=olive.user,
        )


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_stays_with_the_concern_and_opens_for_who_sees_it(kept: Concern, tariq: Person, daisy: Person) -> None:
    shown = attach(tariq, kept)

    assert "The file is attached" in shown.text
    assert "Drawing.txt" in page(daisy, kept).text
    answer = daisy.client.get(file_address(kept))
    assert answer.content == b"A house"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_nobody_else_opens_it_by_any_way(kept: Concern, involved: Case, tariq: Person, olive: Person) -> None:
    attach(tariq, kept)
    address = file_address(kept)
    through_case = reverse("cases:attachment", args=[involved.uuid, address.split("/")[-2]])

    assert olive.client.get(address).status_code == 404
    assert tariq.client.get(through_case).status_code == 404
    with entered(olive) as by:
        assert not Attachment.objects.visible_to(by).exists()
        assert not ids_by_sql("cases_attachment")


def test_files_are_seen_on_the_case_once_the_concern_is(
    kept: Concern, involved: Case, tariq: Person, daisy: Person, alice: Person
) -> None:
    attach(tariq, kept)
    assert alice.client.get(file_address(kept)).status_code == 404

    link(daisy, kept)

    assert alice.client.get(file_address(kept)).content == b"A house"


def test_who_only_reads_a_linked_concern_adds_no_file(
    kept: Concern, involved: Case, daisy: Person, alice: Person
) -> None:
    link(daisy, kept)

    assert alice.client.get(reverse("cases:concern_attach", args=[kept.uuid])).status_code == 404
    with entered(alice) as by, pytest.raises(ValidationError, match="Only its writer"):
        attach_to_concern(kept, Upload("a.txt", b"a"), by=by)


def test_a_file_that_is_not_what_it_claims_is_refused_and_the_concern_stays(kept: Concern, tariq: Person) -> None:
    shown = attach(tariq, kept, "letter.pdf")

    assert "The file was not attached" in shown.text
    with as_owner():
        assert not Attachment.objects.exists()


def test_a_teachers_new_concern_takes_a_file_at_once(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))

    assert reverse("cases:concern_attach", args=[made.uuid]) in page(tariq, made).text
    assert "Drawing.txt" in attach(tariq, made).text
