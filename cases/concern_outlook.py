"""Who will see a concern, said by name before it is saved."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership, Team
from agencies.roles import Can
from cases import access, own_part, timeline
from cases.actions.children import NewChild
from cases.audience import Outlook, Seat, preview
from cases.concern_codes import NextStep
from cases.concern_routes import LINKED, Passing, audience_for, holders, must_be_looked_at, stays_with
from cases.models import AccessLevel, Case, Child


@dataclass(frozen=True)
class ConcernOutlook:
    """Who will see it, and the case whose timeline it joins, if any."""

    outlook: Outlook
    case: Case | None


def outlook_of(
    child: Child | NewChild | None,
    passing: Passing,
    chosen: timeline.Audience | None,
    next_step: NextStep | None,
    *,
    by: Acting,
) -> ConcernOutlook:
    """Return who will see a concern of ``by`` about ``child``, as far as ``by`` may know.

    Raises ValidationError where no team is set up to take it.
    """
    team, also = holders(passing, by)
    teams = [each for each in (team, also) if each]
    audience, case = audience_for(chosen, by, team, also), None
    if isinstance(child, Child) and passing.route in LINKED:
        case = access.open_case_of(by, child, to=AccessLevel.CONTRIBUTE)
    if case and must_be_looked_at(passing, next_step, team, by) and not stays_with(teams, case, audience, by):
        case = None
    if case is None:
        return ConcernOutlook(_of_teams(teams, passing, by), None)
    return ConcernOutlook(preview(case, audience or _usual(case, by), by=by), case)


def _usual(case: Case, by: Acting) -> timeline.Audience:
    return timeline.OWN_TEAM if own_part.author_part(case, by)[1] else timeline.EVERYBODY_INVOLVED


def _of_teams(teams: list[Team], passing: Passing, by: Acting) -> Outlook:
    kept_out = {person.pk for person in passing.implicated}
    if passing.workplace:
        kept_out |= set(Membership.objects.current().filter(agency=passing.workplace).values_list("user", flat=True))
    visible = [Seat(_("You"), (by.user,), _("the writer"))]
    hidden: list[Seat] = []
    for team in Team.objects.filter(pk__in=[each.pk for each in teams]).select_related("agency").order_by("pk"):
        members = Membership.objects.live().holding(Can.WORK_CASES).filter(teams=team, user__is_active=True)
        people = [each.user for each in members.select_related("user").order_by("user__name") if each.user != by.user]
        place = f"{team.agency.name}: {team.name}"
        seen = tuple(person for person in people if person.pk not in kept_out)
        visible += [Seat(place, seen, _("the team that answers it"))] if seen else []
        out = tuple(person for person in people if person.pk in kept_out)
        hidden += [Seat(place, out, "")] if out else []
    return Outlook(visible, hidden)
