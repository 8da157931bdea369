"""A concern opens a child's name, never the record; an exclusion closes the record; quiet parts stay quiet."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases import access
from cases.access import Filters
from cases.access_sql import BY_DUE
from cases.actions.child_record import NewAddress, add_address, add_name, end_fact
from cases.actions.concerns import NewConcern, log_concern
from cases.actions.family import NewRelative, Tie, add_relative, change_tie
from cases.actions.grants import PersonalTerms, name_person
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.opening import close_case, open_case
from cases.actions.restriction import exclude, restrict
from cases.concern_codes import HowKnown, NextStep
from cases.concern_routes import Passing
from cases.models import AccessLevel, Case, CaseUserGrant, Child, ChildName, Relationship
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner

CONTRIBUTES = Terms(purpose="Health", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE)
READS = Terms(purpose="Welfare", lawful_basis="ca2004_s11")
QUIETLY = Terms(purpose="Refuge", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE, confidential=True)
MOTHER = Tie(kind=Relationship.Kind.MOTHER)


def concern(child: Child, **more: Any) -> NewConcern:
    said: dict[str, Any] = {
        "facts": "Came without a coat",
        "occurred_at": timezone.now() - timedelta(hours=1),
        "known_by": HowKnown.SEEN,
        "next_step": NextStep.TELL_LEAD,
    }
    return NewConcern(child=child, **(said | more))


def status(person: Person, case: Case, page: str = "child") -> int:
    return person.client.get(reverse(f"cases:{page}", args=[case.child.uuid])).status_code


def hide(case: Case, alice: Person, team: Any) -> None:
    """Record what nobody may read who has no part in the case any more."""
    with entered(alice) as by:
        add_address(case.child, NewAddress(lines="9 New Street"), by=by)
        add_relative(case.child, NewRelative(name="Gran", phone="01632 960999"), MOTHER, team=team, by=by)


def sees_details(person: Person) -> bool:
    with entered(person):
        return bool(ids_by_sql("cases_address") | ids_by_sql("cases_relationship") | ids_by_sql("cases_person"))


def test_a_concern_leaves_no_way_into_the_record_once_the_part_is_over(
    case: Case, alice: Person, hana: Person, health: Place, social_care: Place
) -> None:
    with entered(alice) as by:
        part = involve(case, health.team, CONTRIBUTES, by=by)
    with entered(hana) as by:
        log_concern(concern(case.child), by=by)
    assert status(hana, case) == 200
    with entered(alice) as by:
        end_involvement(part, reason="Over", by=by)
    hide(case, alice, social_care.team)

    assert status(hana, case) == status(hana, case, "child_change") == 404
    assert not sees_details(hana)


def test_one_named_reader_of_a_restricted_case_opens_the_record_to_nobody_else(
    *, case: Case, alice: Person, tariq: Person, daisy: Person, oakfield: Place, social_care: Place
) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, READS, by=by)
        restrict(case, people=[alice.user, tariq.user], duty_team=social_care.team, reason="Threats", by=by)
    with entered(tariq) as by:
        log_concern(concern(case.child), by=by)
    hide(case, alice, social_care.team)

    assert status(daisy, case) == 404
    assert not sees_details(daisy)


def test_an_exclusion_closes_the_record_also_through_an_older_case(
    case: Case, alice: Person, hana: Person, health: Place, social_care: Place
) -> None:
    with entered(alice) as by:
        involve(case, health.team, CONTRIBUTES, by=by)
        close_case(case, reason="Done", by=by)
        second = open_case(case.child, team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(second)
    with entered(alice) as by:
        involve(second, health.team, CONTRIBUTES, by=by)
        exclude(second, hana.user, reason="Her nephew", by=by)
    hide(second, alice, social_care.team)

    assert status(hana, case) == status(hana, case, "child_change") == 404
    assert not sees_details(hana)


def test_nobody_logs_a_concern_about_a_child_whom_they_may_not_see(case: Case, olive: Person) -> None:
    with entered(olive) as by, pytest.raises(Http404):
        log_concern(concern(case.child), by=by)

    assert status(olive, case) == 404


def test_what_a_confidential_team_causes_does_not_name_it_to_others(
    *, case: Case, alice: Person, vera: Person, hana: Person, health: Place, voluntary: Place
) -> None:
    with entered(alice) as by:
        involve(case, health.team, CONTRIBUTES, by=by)
        involve(case, voluntary.team, QUIETLY, by=by)
    with entered(vera) as by:
        add_name(case.child, ChildName.Kind.KNOWN_AS, given="Bob", surname="", by=by)
        log_concern(concern(case.child), by=by)

    timeline = reverse("cases:timeline", args=[case.uuid])
    assert "Harbour Family Support" not in hana.client.get(timeline).text
    assert "A name of the child was added" in vera.client.get(timeline).text


def test_keeping_somebody_from_a_concern_needs_the_way_past_them(case: Case, alice: Person, mo: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="say that they are implicated"):
        log_concern(concern(case.child, passing=Passing(implicated=(mo.user,))), by=by)


def test_what_somebody_ended_meanwhile_is_not_brought_back(case: Case, alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        tie = add_relative(case.child, NewRelative(name="Dad"), MOTHER, team=social_care.team, by=by)
        stale = Relationship.objects.select_related("child").get(pk=tie.pk)
        end_fact(tie, last_day=timezone.localdate(), by=by)
    with entered(alice) as by, pytest.raises(ValidationError, match="ended this relationship"):
        change_tie(stale, MOTHER, by=by)
    with entered(alice) as by, pytest.raises(ValidationError, match="ended this in the meantime"):
        end_fact(stale, last_day=timezone.localdate(), by=by)

    with as_owner():
        assert Relationship.objects.get(pk=tie.pk).until == timezone.localdate()


def test_a_date_that_only_the_personal_grant_knows_is_listed_as_it_is_counted(case: Case, alice: Person) -> None:
    named = PersonalTerms(kind=CaseUserGrant.Kind.NAMED, level=AccessLevel.LEAD, reason="Named")
    with entered(alice) as by:
        name_person(case, alice.user, named, by=by)
    with as_owner():
        CaseUserGrant.objects.update(next_due_at=timezone.now() - timedelta(days=2))

    overdue = Filters(due_within_days=0)
    with entered(alice) as by:
        assert access.case_count(by, overdue) == 1
        assert [each.pk for each in access.case_page(by, filters=overdue)] == [case.pk]
        assert [each.pk for each in access.case_page(by, order=BY_DUE)] == [case.pk]


def test_a_time_zone_that_no_database_knows_is_passed_over_by_the_news(case: Case, alice: Person) -> None:
    news = reverse("cases:news", args=[case.uuid])

    for since in ("2026-01-01T00:00:00+23:59", "0001-01-01T00:00:00+14:00", "nonsense"):
        assert alice.client.get(news, {"since": since}).status_code == 200
