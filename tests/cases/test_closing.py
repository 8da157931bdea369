"""A team that alone leads open cases does not close, and the suspension of its agency is said loudly."""

import pytest
from django.core.exceptions import ValidationError

from agencies import closing
from agencies.actions import agencies, teams
from agencies.models import Agency, Membership, Team
from cases.actions.involvement import Terms, involve
from cases.models import AccessLevel, Case
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_team


def close(team: Team, by: Person) -> None:
    with entered(by) as acting:
        teams.change_team(team, name=team.name, kind=team.kind, is_active=False, by=acting)


@pytest.mark.usefixtures("case")
def test_a_team_that_alone_leads_a_case_does_not_close(maggie: Person, social_care: Place) -> None:
    make_team(social_care.agency, "Front door", "duty")

    with pytest.raises(ValidationError, match="the only one to lead 1 open case,"):
        close(social_care.team, maggie)

    assert Team.objects.get(pk=social_care.team.pk).is_active


def test_it_closes_once_the_case_is_closed(case: Case, maggie: Person, social_care: Place) -> None:
    make_team(social_care.agency, "Front door", "duty")
    with as_owner():
        Case.objects.filter(pk=case.pk).update(status="closed", closed_at=case.opened_at)

    close(social_care.team, maggie)

    assert not Team.objects.get(pk=social_care.team.pk).is_active


def test_it_closes_once_another_team_leads_too(
    case: Case, alice: Person, maggie: Person, social_care: Place, health: Place
) -> None:
    make_team(social_care.agency, "Front door", "duty")
    with entered(alice) as by:
        terms = Terms(level=AccessLevel.LEAD, purpose="Leads from now on", lawful_basis="ca1989_s17")
        involve(case, health.team, terms, by=by)

    close(social_care.team, maggie)


def test_the_count_is_for_those_who_manage_the_team(
    case: Case, maggie: Person, olive: Person, adam: Person, social_care: Place
) -> None:
    counted = []
    for person in (maggie, adam, olive):
        with entered(person):
            counted.append(closing.led_alone([social_care.team.pk]))
    assert counted == [1, 1, 0]


@pytest.fixture
def far_administrator(adam: Person, oakfield: Place) -> Person:
    """Adam, moved to another agency: one cannot suspend where all administrators work."""
    with as_owner():
        Membership.objects.filter(pk=adam.membership.pk).update(agency=oakfield.agency)
    adam.membership.refresh_from_db()
    return adam


@pytest.mark.usefixtures("case")
def test_suspending_its_agency_says_how_many_cases_nobody_leads(far_administrator: Person, social_care: Place) -> None:
    client, sent = far_administrator.client, {"status": Agency.Status.SUSPENDED, "reason": "A breach"}

    answer = client.post(f"/agencies/{social_care.agency.uuid}/status/", sent, follow=True)

    assert "1 open case now has no team that leads it" in answer.content.decode()
    with as_owner():
        assert InboxItem.objects.filter(recipient=far_administrator.user, kind="agency.unled").exists()
    assert AuditRow.objects.get(action="agency.status").detail["cases_without_lead"] == 1


@pytest.mark.usefixtures("case")
def test_an_agency_that_alone_leads_a_case_does_not_close(far_administrator: Person, social_care: Place) -> None:
    with entered(far_administrator) as by, pytest.raises(ValidationError, match="suspend the agency"):
        agencies.set_status(social_care.agency, Agency.Status.CLOSED, reason="Merged", by=by)

    assert Agency.objects.get(pk=social_care.agency.pk).status == Agency.Status.ACTIVE
