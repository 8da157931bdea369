"""Deadlines of one person in a few cases, whose reminders the chaos and the benchmark let come due."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from agencies.acting import Acting, acting
from agencies.models import Agency, LegalStatus, Membership, Sector, Team, User
from agencies.roles import Role
from cases import reminding
from cases.actions.children import NewChild
from cases.actions.opening import open_child_case
from cases.models import Case, Deadline
from safeguard.audit.actor import Origin
from safeguard.common import row_security
from safeguard.notifications.models import ReminderStage

CASES = 10
STAGE = "due_day"


def make(count: int, name: str) -> dict[int, str]:
    """Make ``count`` deadlines of a new person; return their stages of the day, far from due: key, deadline's UUID."""
    with transaction.atomic():
        by, team = _person(name)
        row_security.apply(by.row_security())
        cases = [_case(team, number, by) for number in range(CASES)]
        rows = [_deadline(cases[number % CASES], team, number, by) for number in range(count)]
        for deadline in Deadline.objects.bulk_create(rows):
            reminding.plan(deadline)
        mine = ReminderStage.objects.filter(subject__in=[row.uuid for row in rows])
        mine.exclude(stage=STAGE).delete()
        return {pk: str(subject) for pk, subject in mine.order_by("pk").values_list("pk", "subject")}


def _person(name: str) -> tuple[Acting, Team]:
    agency = Agency.objects.create(name=f"Fictional services {name}", sector=Sector.objects.get(code="social_care"))
    team = Team.objects.create(agency=agency, name=name, group=Group.objects.create(name=name))
    user = User.objects.create_user(email=f"{name.replace(' ', '.')}@example.org", name="Fictional Person")
    membership = Membership.objects.create(user=user, agency=agency, roles=[Role.PRACTITIONER])
    membership.teams.set([team])
    return acting(user, Origin(channel="command"), str(membership.uuid)), team


def _case(team: Team, number: int, by: Acting) -> Case:
    child = NewChild(given=f"Fictional {number}", surname="Child")
    return open_child_case(child, team=team, lawful_basis="ca1989_s17", by=by)


def _deadline(case: Case, team: Team, number: int, by: Acting) -> Deadline:
    due_at = timezone.now() + timedelta(days=300)
    return Deadline(
        case=case,
        what=f"Fictional step {number}",
        legal_status=LegalStatus.AGREED,
        started_at=timezone.now(),
        original_due_at=due_at,
        due_at=due_at,
        agency_id=team.agency_id,
        team=team,
        person=by.user,
        made_by=by.user,
    )
