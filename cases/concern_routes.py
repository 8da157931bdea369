"""Where a concern goes: to which team, past whom, and who may read the entry that it becomes."""

from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies import desks
from agencies.acting import Acting
from agencies.models import Agency, Team, User
from cases import timeline
from cases.concern_codes import Route

SCHOOLS = "education"
# By these a concern joins the timeline of a case; the others keep it from somebody who may read there.
LINKED = (Route.USUAL, Route.UNREACHABLE)


@dataclass(frozen=True, kw_only=True)
class Passing:
    """Where a concern goes when not to the usual team: why, who is part of it, or whom it is about."""

    route: Route = Route.USUAL
    reason: str = ""
    implicated: tuple[User, ...] = ()
    staff_name: str = ""
    workplace: Agency | None = None


USUALLY = Passing()


def holders(passing: Passing, by: Acting) -> tuple[Team, Team | None]:
    """Return the team that answers, and one that also sees the concern.

    Raises ValidationError where no team is set up to take it.
    """
    if passing.route == Route.STAFF:
        return _somebody(desks.designated_officer_team()), None
    usual = _usual_team(by)
    if passing.route == Route.USUAL:
        return usual, None
    return _somebody(desks.duty_team()), usual if passing.route == Route.UNREACHABLE else None


def _somebody(team: Team | None) -> Team:
    if team is None:
        message = _(
            "Nothing was saved: no team is set up here to take this. Call children’s social care now, and tell"
            " your partnership’s office."
        )
        raise ValidationError(message)
    return team


def _usual_team(by: Acting) -> Team:
    # A school's concerns are its safeguarding team's, whoever writes them; elsewhere they are the author's team's.
    found = desks.safeguarding_team(agency_of(by).pk) if is_school(by) else None
    return found or own_team(by)


def is_school(by: Acting) -> bool:
    """Return whether ``by`` acts for a school, whose concerns are its safeguarding team's."""
    return agency_of(by).sector.code == SCHOOLS


def agency_of(by: Acting) -> Agency:
    """Return the agency that ``by`` acts for. Raises ValidationError where there is none."""
    if by.membership is None:
        raise ValidationError(_("Nothing was saved: you have no membership of an agency that holds today."))
    return by.membership.agency


def own_team(by: Acting) -> Team:
    """Return ``by``'s first team."""
    # Only its key is asked for: no query.
    return Team(pk=by.team_ids[0])


def audience_for(chosen: timeline.Audience | None, by: Acting, team: Team) -> timeline.Audience | None:
    """Return who may read a concern's entry: whom its writer chose, and in a school the ``team`` that answers."""
    if chosen is None:
        return default_audience(by, team)
    return replace(chosen, teams=(*chosen.teams, team)) if is_school(by) and team not in chosen.teams else chosen


def default_audience(by: Acting, team: Team) -> timeline.Audience | None:
    """Return who may read a concern's entry unless its writer says otherwise; None leaves it to the timeline.

    A school's is for its safeguarding team until the school refers; others' is for everybody involved.
    """
    return replace(timeline.OWN_TEAM, teams=(team,)) if is_school(by) else None
