"""Who works on a case: the team and person it is allocated to, and its level of need."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership, Team, User
from cases import deadlines, timeline
from cases.actions.grants import lock_as
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, CaseExclusion, Involvement
from cases.querysets import ongoing
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def allocate(case: Case, *, team: Team, person: User | None, level_of_need: int | None = None, by: Acting) -> None:
    """Allocate ``case`` to ``team`` and, where known, to ``person`` of it, with the level of need.

    Raises Http404 below the lead level; ValidationError when the person is not in the team now, or
    cannot see the case.
    """
    case = lock_as(by, case, AccessLevel.LEAD)
    if person and not Membership.objects.live().filter(user=person, teams=team).exists():
        raise ValidationError(_("Nothing was changed: that person is not in that team. Choose somebody of the team."))
    _must_be_known(case, team, person)
    deadlines.pass_to(case, deadlines.Held(team, person), by=by)
    case.allocated_team, case.allocated_to, case.level_of_need = team, person, level_of_need
    case.save(update_fields=["allocated_team", "allocated_to", "level_of_need", "updated_at"])
    title = _("Allocated to %(who)s") % {"who": person.name if person else team.name}
    timeline.write(case, timeline.Event(kind=Kind.ALLOCATED, title=title), by=by)
    audit.record("case.allocate", by=by, target="cases.Case", uuids=[case.uuid])


def _must_be_known(case: Case, team: Team, person: User | None) -> None:
    # An allocation is shown to everybody involved, so it names only those whose part is no secret.
    # past the door: asked of a case that the caller leads, and answered yes or no
    part = Involvement.objects.filter(ongoing(), case=case, team=team, confidential=False)
    # past the door: asked of a case that the caller leads, and answered yes or no
    kept_out = CaseExclusion.objects.filter(case=case, user=person)
    if not part.exists() or (person and kept_out.exists()):
        raise ValidationError(_("Nothing was changed. Choose an involved team, and a person who sees the case."))
