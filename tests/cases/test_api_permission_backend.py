"""``user.has_perm`` asks the access engine, not guardian's tables by guardian's rule."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.checks import run_checks
from django.db.models.functions import Now

from agencies.models import User
from agencies.roles import Role
from cases.actions import involvement, restriction
from cases.models import Case, CaseGroupGrant, TimelineEntry
from safeguard.common import row_security
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership

VIEW = "cases.view_case"


@pytest.fixture
def school_case(case: Case, alice: Person, oakfield: Place) -> Case:
    with entered(alice) as by:
        terms = involvement.Terms(purpose="Attendance", lawful_basis="Children Act 1989 s17")
        involvement.involve(case, oakfield.team, terms, by=by)
    return case


def sees(person: Person, case: Case, perm: str = VIEW) -> bool:
    user = User.objects.get(pk=person.user.pk)
    with entered(person):
        return user.has_perm(perm, case)


def test_it_answers_by_the_engine(alice: Person, tariq: Person, olive: Person, school_case: Case) -> None:
    assert sees(alice, school_case)
    assert sees(tariq, school_case)
    assert sees(tariq, school_case, "view_case")
    assert not sees(olive, school_case)


def test_it_knows_exclusion(alice: Person, tariq: Person, school_case: Case) -> None:
    with entered(alice) as by:
        restriction.exclude(school_case, tariq.user, reason="A relative", by=by)

    assert not sees(tariq, school_case)


def test_it_knows_expiry(tariq: Person, school_case: Case, oakfield: Place) -> None:
    with as_owner():
        CaseGroupGrant.objects.filter(content_object=school_case, group=oakfield.team.group).update(
            since=Now() - timedelta(days=2), until=Now() - timedelta(seconds=1)
        )

    assert not sees(tariq, school_case)


def test_it_knows_restriction(
    alice: Person, tariq: Person, daisy: Person, school_case: Case, social_care: Place
) -> None:
    with entered(alice) as by:
        restriction.restrict(school_case, people=[daisy.user], duty_team=social_care.team, reason="Threats", by=by)

    assert sees(daisy, school_case)
    assert not sees(tariq, school_case)


@pytest.mark.parametrize(
    "perm", ["cases.change_case", "cases.delete_case", "agencies.view_agency", "view", "", "cases."]
)
def test_nobody_holds_any_other_permission(alice: Person, case: Case, perm: str) -> None:
    assert not sees(alice, case, perm)


def test_nobody_holds_a_permission_on_all_cases_or_on_other_rows(alice: Person, case: Case) -> None:
    with entered(alice):
        assert not alice.user.has_perm(VIEW)
        assert not alice.user.has_perm("agencies.view_agency", alice.membership.agency)
        assert alice.user.get_all_permissions(case) == {"view_case"}
        assert alice.user.get_group_permissions(case) == set()


def test_children_and_entries_are_answered_too(alice: Person, olive: Person, case: Case) -> None:
    with as_owner():
        child, entry = case.child, TimelineEntry.objects.filter(case=case).first()
    assert entry is not None
    for person, expected in ((alice, True), (olive, False)):
        with entered(person):
            assert person.user.has_perm("cases.view_child", child) is expected
            assert person.user.has_perm("cases.view_timelineentry", entry) is expected


def test_it_answers_for_the_membership_that_the_request_acts_under(alice: Person, case: Case, health: Place) -> None:
    other = make_membership(alice.user, health.agency, Role.PRACTITIONER, teams=(health.team,))
    with entered(Person(alice.user, other)) as by:
        row_security.apply(alice.by.row_security())  # the first lock alone is asked here
        assert not by.user.acting
        by.user.acting = by
        assert not by.user.has_perm(VIEW, case)


def test_visitors_and_disabled_accounts_hold_nothing(alice: Person, case: Case) -> None:
    with entered(alice):
        assert not AnonymousUser().has_perm(VIEW, case)
        alice.user.is_active = False
        assert not alice.user.has_perm(VIEW, case)


def test_guardian_has_nothing_to_warn_of(db: None) -> None:
    assert not [
        message for message in run_checks() if str(message.id).startswith("guardian") and not message.is_silenced()
    ]
