"""Emergency access: at once, for a short time, in full view; and work that passes on when somebody leaves."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies import leaving
from agencies.roles import Role
from cases import access, beyond_sight
from cases.actions.allocation import allocate
from cases.actions.emergency import review, take_emergency_access
from cases.actions.restriction import exclude, restrict
from cases.models import Case, CaseUserGrant, TimelineEntry
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_user


def test_it_opens_even_a_restricted_case_and_tells_the_lead(
    case: Case, alice: Person, tess: Person, piotr: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        restrict(case, people=[alice.user], duty_team=social_care.team, reason="A colleague’s child", by=by)

    with entered(piotr) as by:
        opened = take_emergency_access(case.spoken_reference, reason="At the door now", by=by)
        assert access.case(by, opened.uuid).pk == case.pk

    with as_owner():
        assert InboxItem.objects.filter(recipient=alice.user, kind="case.emergency_access").exists()
        mail = OutboxMessage.objects.get(recipient=alice.user, kind="case.emergency_access")
        assert f"/cases/{case.uuid}/access/" in mail.body
        assert case.spoken_reference in mail.subject
        assert TimelineEntry.objects.filter(case=case, kind="emergency_access").exists()


def test_it_lapses_by_itself(case: Case, piotr: Person) -> None:
    with entered(piotr) as by:
        take_emergency_access(case.reference, reason="Urgent", by=by)
    past = timezone.now() - timedelta(hours=5)
    with as_owner():
        CaseUserGrant.objects.update(since=past, until=past + timedelta(hours=4))

    with entered(piotr) as by, pytest.raises(Http404):
        access.case(by, case.uuid)


def test_an_excluded_person_hears_what_an_unknown_reference_hears(case: Case, alice: Person, tess: Person) -> None:
    with entered(alice) as by:
        exclude(case, tess.user, reason="Related", by=by)

    answers = []
    for reference in (case.reference, "00000000", "not a reference"):
        with entered(tess) as by, pytest.raises(ValidationError) as refused:
            take_emergency_access(reference, reason="Urgent", by=by)
        answers.append(refused.value.messages)
    assert answers[0] == answers[1] == answers[2]


def test_an_administrator_cannot_take_it(case: Case, adam: Person) -> None:
    with entered(adam) as by, pytest.raises(ValidationError):
        take_emergency_access(case.reference, reason="Urgent", by=by)
    assert adam.client.get(reverse("cases:emergency")).status_code in {302, 404}


def test_its_review_waits_for_those_who_govern_and_names_no_child(
    case: Case, piotr: Person, ian: Person, alice: Person
) -> None:
    with entered(piotr) as by:
        take_emergency_access(case.reference, reason="Urgent visit", by=by)

    page = ian.client.get(reverse("cases:emergency_reviews")).text
    assert "Piotr Pryce" in page
    assert "Robin" not in page
    assert alice.client.get(reverse("cases:emergency_reviews")).status_code == 404

    with entered(ian) as by:
        (waiting,) = beyond_sight.emergency_reviews()
        review(waiting.uuid, note="Justified", by=by)
        assert beyond_sight.emergency_reviews() == []
        with pytest.raises(Http404):
            review(uuid4(), note="Nothing there", by=by)


def test_nobody_reviews_their_own_access(case: Case, alice: Person, ian: Person) -> None:
    with entered(alice) as by:
        assert beyond_sight.emergency_reviews() == []
        with pytest.raises(Http404):
            review(uuid4(), note="n", by=by)


def test_a_leavers_cases_pass_to_the_team_and_say_so(
    case: Case, alice: Person, tess: Person, maggie: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        allocate(case, team=social_care.team, person=tess.user, by=by)

    with entered(maggie) as by:
        (holding,) = leaving.holdings_of(tess.membership)
        assert holding.count == 1
        leaving.hand_over(tess.membership, by=by)
        assert leaving.holdings_of(tess.membership) == []

    with as_owner():
        after = Case.objects.get(pk=case.pk)
        assert after.allocated_to is None
        assert after.allocated_team == social_care.team
        assert TimelineEntry.objects.filter(case=case, author=None).count() == 1


def test_a_manager_of_another_agency_passes_nothing_on(
    case: Case, alice: Person, tess: Person, olive: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        allocate(case, team=social_care.team, person=tess.user, by=by)

    with entered(olive) as by:
        assert leaving.holdings_of(tess.membership) == []
        leaving.hand_over(tess.membership, by=by)
    with as_owner():
        assert Case.objects.get(pk=case.pk).allocated_to == tess.user


def test_those_kept_out_are_not_told_of_it_and_review_nothing(
    case: Case, alice: Person, ian: Person, tess: Person, piotr: Person
) -> None:
    with entered(alice) as by:
        exclude(case, ian.user, reason="Related", by=by)
        exclude(case, tess.user, reason="Related", by=by)

    with entered(piotr) as by:
        take_emergency_access(case.reference, reason="At the door", by=by)

    with as_owner():
        told = set(InboxItem.objects.filter(kind="case.emergency_access").values_list("recipient", flat=True))
    assert alice.user.pk in told
    assert not told & {ian.user.pk, tess.user.pk}
    with entered(ian):
        assert beyond_sight.emergency_reviews() == []


def test_of_a_restricted_case_only_those_named_are_told(
    *, case: Case, alice: Person, tess: Person, daisy: Person, piotr: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        restrict(case, people=[daisy.user], duty_team=social_care.team, reason="Threats", by=by)

    with entered(piotr) as by:
        take_emergency_access(case.reference, reason="At the door", by=by)

    with as_owner():
        told = set(InboxItem.objects.filter(kind="case.emergency_access").values_list("recipient", flat=True))
    assert told == {alice.user.pk, daisy.user.pk}


def test_somebody_without_a_team_learns_nothing_from_a_reference(case: Case, police: Place) -> None:
    lone = make_user("Nell Nash")
    person = Person(lone, make_membership(lone, police.agency, Role.PRACTITIONER))

    answers = []
    for reference in (case.reference, "00000000"):
        with entered(person) as by, pytest.raises(ValidationError) as refused:
            take_emergency_access(reference, reason="Urgent", by=by)
        answers.append(refused.value.messages)
    assert answers[0] == answers[1]


def test_guessing_references_is_recorded_and_stopped(piotr: Person) -> None:
    for _guess in range(10):
        with entered(piotr) as by, pytest.raises(ValidationError, match="No open case"):
            take_emergency_access("12345678", reason="Guessing", by=by)

    with entered(piotr) as by, pytest.raises(ValidationError, match="too many references"):
        take_emergency_access("12345678", reason="Guessing", by=by)
    with as_owner():
        assert AuditRow.objects.filter(kind="refusal", user_id=piotr.user.pk).count() == 11


def test_each_access_keeps_its_own_reason_and_review(case: Case, piotr: Person, ian: Person) -> None:
    for reason in ("First visit", "Second visit"):
        with entered(piotr) as by:
            take_emergency_access(case.reference, reason=reason, by=by)

    with entered(ian):
        assert {each.reason for each in beyond_sight.emergency_reviews()} == {"First visit", "Second visit"}


def test_a_leaver_keeps_no_place_on_a_restricted_case(
    case: Case, alice: Person, mo: Person, maggie: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        restrict(case, people=[mo.user], duty_team=social_care.team, reason="Sensitive", by=by)
    with entered(maggie) as by:
        leaving.hand_over(mo.membership, by=by)

    with entered(mo) as by, pytest.raises(Http404):
        access.case(by, case.uuid)
