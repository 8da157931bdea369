"""Teams come into a case and leave it, and people are let in or kept out: effective on the next request."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from cases import access, access_child
from cases.actions.children import NewChild, add_identifier, record_child
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.opening import close_case, open_case
from cases.actions.restriction import exclude, lift_exclusion, lift_restriction, restrict
from cases.models import AccessLevel, Case, CaseExclusion, CaseGroupGrant, ChildIdentifier, Involvement
from safeguard.audit.models import AuditRow
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner

WHY = Terms(purpose="Attendance and welfare at school", lawful_basis="Children Act 2004 s11")


def sees(person: Person, case: Case) -> bool:
    with entered(person) as by:
        try:
            return access.case(by, case.uuid).pk == case.pk
        except Http404:
            return False


def test_whoever_opens_a_case_leads_it_and_outsiders_see_nothing(case: Case, alice: Person, olive: Person) -> None:
    with entered(alice) as by:
        assert access.level(by, case) == AccessLevel.LEAD

    assert not sees(olive, case)


def test_absent_and_forbidden_are_the_same_and_both_are_recorded(case: Case, olive: Person) -> None:
    absent = "00000000-0000-4000-8000-000000000000"
    with entered(olive) as by:
        for ref in (case.uuid, absent):
            with pytest.raises(Http404) as refused:
                access.case(by, ref)
            assert not refused.value.args
    with as_owner():
        refusals = AuditRow.objects.filter(kind="refusal", user_id=olive.user.pk)
        assert refusals.count() == 2


def test_an_involved_team_sees_the_case_and_no_longer_when_it_ends(
    case: Case, alice: Person, tariq: Person, oakfield: Place
) -> None:
    with entered(alice) as by:
        involvement = involve(case, oakfield.team, WHY, by=by)
    assert sees(tariq, case)

    with entered(alice) as by:
        end_involvement(involvement, reason="Moved to another school", by=by)
    assert not sees(tariq, case)


def test_an_involvement_lapses_by_itself(case: Case, alice: Person, tariq: Person, oakfield: Place) -> None:
    with entered(alice) as by:
        involvement = involve(case, oakfield.team, WHY, by=by)
    yesterday = timezone.now() - timedelta(days=1)
    with as_owner():
        CaseGroupGrant.objects.filter(share=involvement).update(since=yesterday - timedelta(days=1), until=yesterday)

    assert not sees(tariq, case)


def test_an_involvement_that_ends_before_it_begins_saves_nothing(case: Case, alice: Person, oakfield: Place) -> None:
    terms = Terms(purpose="p", lawful_basis="b", until=timezone.now() - timedelta(days=1))
    with entered(alice) as by, pytest.raises(ValidationError, match="must end after it begins"):
        involve(case, oakfield.team, terms, by=by)
    with as_owner():
        assert not Involvement.objects.filter(team=oakfield.team).exists()


def test_a_team_is_involved_only_once_at_a_time(case: Case, alice: Person, oakfield: Place) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
        with pytest.raises(ValidationError, match="involved already"):
            involve(case, oakfield.team, WHY, by=by)


def test_only_a_lead_may_bring_teams_in(
    case: Case, alice: Person, tariq: Person, oakfield: Place, health: Place
) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)

    with entered(tariq) as by, pytest.raises(Http404):
        involve(case, health.team, WHY, by=by)


def test_the_last_lead_team_cannot_leave(case: Case, alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        own = Involvement.objects.get(team=social_care.team)
        with pytest.raises(ValidationError, match="Name another lead first"):
            end_involvement(own, reason="Done", by=by)


def test_a_restricted_case_is_seen_by_the_named_alone(
    case: Case, alice: Person, mo: Person, tess: Person, social_care: Place
) -> None:
    assert sees(tess, case)
    with entered(alice) as by:
        restrict(case, people=[mo.user], duty_team=social_care.team, reason="A worker’s relative", by=by)

    assert sees(alice, case)
    assert sees(mo, case)
    assert not sees(tess, case)

    with entered(mo) as by:
        lift_restriction(case, reason="No longer needed", by=by)
    assert sees(tess, case)


def test_a_case_is_not_restricted_without_naming_anyone(case: Case, alice: Person, social_care: Place) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="name at least one person"):
        restrict(case, people=[], duty_team=social_care.team, reason="Because", by=by)


def test_an_exclusion_beats_every_grant_and_the_childs_record(
    case: Case, alice: Person, tess: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        exclude(case, tess.user, reason="The child’s aunt", by=by)

    assert not sees(tess, case)
    with entered(tess) as by, pytest.raises(Http404):
        access_child.child(by, case.child.uuid)

    with entered(alice) as by:
        lift_exclusion(CaseExclusion.objects.get(user=tess.user), reason="A mistake", by=by)
    assert sees(tess, case)


def test_the_last_person_who_can_act_is_not_excluded(case: Case, alice: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="Add another lead first"):
        exclude(case, alice.user, reason="Related", by=by)
    assert sees(alice, case)


def test_a_second_open_case_of_a_child_is_refused_without_saying_why(
    case: Case, alice: Person, social_care: Place
) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="duty desk"):
        open_case(case.child, team=social_care.team, lawful_basis="s17", by=by)


def test_a_closed_case_lets_another_be_opened(case: Case, alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        close_case(case, reason="Needs are met", by=by)
        again = open_case(case.child, team=social_care.team, lawful_basis="s17", by=by)

    assert again.pk != case.pk


def test_a_wrong_check_digit_is_kept_as_unverified_only_on_request(case: Case, alice: Person) -> None:
    nhs = ChildIdentifier.Kind.NHS
    with entered(alice) as by:
        with pytest.raises(ValidationError, match="wrong check digit"):
            add_identifier(case.child, nhs, "9434765918", by=by)
        kept = add_identifier(case.child, nhs, "9434765918", keep_unverified=True, by=by)
        right = add_identifier(case.child, nhs, "943 476 5919", by=by)

    assert not kept.verified
    assert right.verified


def test_a_birth_in_the_future_is_refused(alice: Person, social_care: Place) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with entered(alice) as by, pytest.raises(ValidationError, match="expected date"):
        record_child(NewChild(given="Robin", born_on=tomorrow), team=social_care.team, by=by)


def test_being_named_on_a_restricted_case_gives_no_more_than_one_had(
    case: Case, alice: Person, tariq: Person, oakfield: Place, social_care: Place
) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
        restrict(case, people=[tariq.user], duty_team=social_care.team, reason="Sensitive", by=by)

    with entered(tariq) as by:
        assert access.level(by, case) == AccessLevel.VIEW
        with pytest.raises(Http404):
            exclude(case, alice.user, reason="Take-over", by=by)
        with pytest.raises(Http404):
            lift_restriction(case, reason="Take-over", by=by)


def test_restricting_again_replaces_the_names(
    case: Case, alice: Person, mo: Person, tess: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        restrict(case, people=[tess.user], duty_team=social_care.team, reason="First", by=by)
        restrict(case, people=[mo.user], duty_team=social_care.team, reason="Second", by=by)

    assert sees(mo, case)
    assert not sees(tess, case)


def test_a_refusal_inside_an_action_stays_on_record(case: Case, alice: Person, tariq: Person, oakfield: Place) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
    with entered(tariq) as by, pytest.raises(Http404):
        close_case(case, reason="Not mine to close", by=by)

    with as_owner():
        assert AuditRow.objects.filter(kind="refusal", user_id=tariq.user.pk, action="case.change").count() == 1


def test_why_somebody_was_kept_out_is_not_theirs_to_read_later(case: Case, alice: Person, tess: Person) -> None:
    with entered(alice) as by:
        exclude(case, tess.user, reason="The child’s aunt", by=by)
        lift_exclusion(CaseExclusion.objects.get(user=tess.user), reason="Not the aunt", by=by)

    with entered(tess) as by:
        assert "aunt" not in " ".join(entry.body for entry in access.timeline_page(by, case))


def test_the_database_lets_only_leads_change_grants(case: Case, alice: Person, tariq: Person, oakfield: Place) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
    with entered(tariq):
        # past the door on purpose: the second lock alone
        assert CaseGroupGrant.objects.filter(content_object=case).update(level=AccessLevel.LEAD) == 0
        assert CaseGroupGrant.objects.filter(content_object=case).delete()[0] == 0


def test_a_confidential_teams_grant_is_hidden_by_the_database_too(
    case: Case, alice: Person, mo: Person, voluntary: Place
) -> None:
    refuge = Terms(purpose="Refuge", lawful_basis="ca2004_s11", confidential=True)
    with entered(alice) as by:
        involve(case, voluntary.team, refuge, by=by)
        assert CaseGroupGrant.objects.filter(group=voluntary.team.group).exists()

    with entered(mo):
        assert not CaseGroupGrant.objects.filter(group=voluntary.team.group).exists()
