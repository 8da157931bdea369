"""Which team answers when somebody raises an alarm: a safeguarding team, a duty desk, the designated officer."""

from django.db.models import QuerySet

from agencies.models import Membership, Team
from agencies.roles import ANSWER_CONCERNS, roles_with

SOCIAL_CARE = "social_care"


def safeguarding_team(agency_id: int) -> Team | None:
    """Return the agency's safeguarding team, its oldest where there are several."""
    return _working().filter(agency=agency_id, kind=Team.Kind.SAFEGUARDING).first()


def duty_team() -> Team | None:
    """Return children's social care's duty desk; where it has none, its safeguarding team."""
    desks = _working().filter(agency__sector__code=SOCIAL_CARE)
    return desks.filter(kind=Team.Kind.DUTY).first() or desks.filter(kind=Team.Kind.SAFEGUARDING).first()


def designated_officer_team() -> Team | None:
    """Return the team of the officer to whom concerns about people who work with children go."""
    return _working().filter(kind=Team.Kind.ALLEGATIONS).first()


def who_answer(team_id: int) -> list[Membership]:
    """Return the live members of a team whose roles answer concerns; all its members where there are none."""
    members = list(Membership.objects.live().filter(teams=team_id, user__is_active=True))
    roles = {role for capability in ANSWER_CONCERNS for role in roles_with(capability)}
    return [member for member in members if roles & set(member.roles)] or members


def _working() -> QuerySet[Team]:
    return Team.objects.filter(is_active=True, agency__status="active").select_related("agency").order_by("pk")
