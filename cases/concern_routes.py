"""Where a concern goes: to which team, past whom, and who may read the entry that it becomes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies import desks
from agencies.acting import Acting
from agencies.models import Agency, Team, User
from agencies.roles import Can
from cases import timeline
from cases.concern_codes import NextStep, Route
from cases.models import Case, Involvement, Sensitivity
from cases.querysets import live

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


def must_be_looked_at(passing: Passing, next_step: NextStep | None, team: Team, by: Acting) -> bool:
    """Return whether somebody other than the writer is asked to look, by a time."""
    leads = by.can(Can.LEAD_SAFEGUARDING) and team.pk in by.team_ids
    asked = passing.route != Route.USUAL or next_step == NextStep.TELL_LEAD or is_school(by)
    return asked and not leads


def agency_of(by: Acting) -> Agency:
    """Return the agency that ``by`` acts for. Raises ValidationError where there is none."""
    if by.membership is None:
        raise ValidationError(_("Nothing was saved: you have no membership of an agency that holds today."))
    return by.membership.agency


def own_team(by: Acting) -> Team:
    """Return ``by``'s first team."""
    # Only its key is asked for: no query.
    return Team(pk=by.team_ids[0])


def audience_for(
    chosen: timeline.Audience | None, by: Acting, team: Team, also: Team | None = None
) -> timeline.Audience | None:
    """Return who may read a concern's entry: whom its writer chose, and the teams that it was brought to.

    These are the ``team`` that answers in a school, and both where it went past the usual team.
    """
    if chosen is None:
        chosen = default_audience(by, team)
    if chosen is None or not (is_school(by) or also):
        return chosen
    return with_teams(chosen, (team, also) if also else (team,))


def with_teams(audience: timeline.Audience, teams: Iterable[Team]) -> timeline.Audience:
    """Return ``audience`` with ``teams`` among those that it names."""
    return replace(audience, teams=tuple({each.pk: each for each in (*audience.teams, *teams)}.values()))


def stays_with(teams: Iterable[Team], case: Case, audience: timeline.Audience | None, by: Acting) -> bool:
    """Return whether all of ``teams`` will see an entry of ``case`` for ``audience``, as far as ``by`` may know.

    Only named people see a restricted case, and not everybody in a team is cleared for what is sensitive. A part
    that ``by`` may not know of counts as none: what they see must not tell of it.
    """
    if case.restricted or (audience and audience.sensitivity != Sensitivity.ORDINARY):
        return False
    wanted = {team.pk for team in teams}
    parts = Involvement.objects.visible_to(by).filter(live(), case=case, team__in=wanted)
    return wanted <= set(parts.values_list("team", flat=True))


def default_audience(by: Acting, team: Team) -> timeline.Audience | None:
    """Return who may read a concern's entry unless its writer says otherwise; None leaves it to the timeline.

    A school's is for its safeguarding team until the school refers; others' is for everybody involved.
    """
    return replace(timeline.OWN_TEAM, teams=(team,)) if is_school(by) else None
