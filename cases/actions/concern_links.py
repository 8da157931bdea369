"""A concern that a team kept to itself joins the timeline of the child's case."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Team
from cases import timeline
from cases.access_concerns import case_to_join, refusal
from cases.actions.concerns import title_of
from cases.actions.grants import lock_as
from cases.concern_routes import stays_with, with_teams
from cases.event_kinds import Kind
from cases.models import AccessLevel, Concern, TimelineEntry
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def link_concern(concern: Concern, audience: timeline.Audience, *, by: Acting) -> TimelineEntry:
    """Put ``concern`` on the timeline of the child's open case, for ``audience``. Returns the entry.

    From then on whoever sees the entry sees the concern. The teams that hold it are among its readers: none loses
    what it has. Raises Http404 where there is no case to join (see ``case_to_join``) or somebody was quicker;
    ValidationError where a team that holds it would lose sight of it.
    """
    found = case_to_join(by, concern)
    if found is None:
        raise refusal(by, concern.uuid)
    case = lock_as(by, found, AccessLevel.CONTRIBUTE)
    _take(concern, by)
    timeline.check_clearance(audience, by=by)
    holders = list(Team.objects.filter(pk__in=[concern.team_id, concern.also_id]).select_related("agency"))
    if not stays_with(holders, case, audience, by):
        raise ValidationError(_lost_by(holders))
    chosen = with_teams(audience, holders)
    entry = timeline.write(case, _event(concern, chosen), by=by)
    concern.case, concern.entry = case, entry
    concern.save(update_fields=["case", "entry"])
    keys = [concern.uuid, entry.uuid, case.uuid]
    audit.record("concern.link", by=by, target="cases.Concern", uuids=keys)
    return entry


def _take(concern: Concern, by: Acting) -> None:
    """Lock ``concern``; raise Http404 where it stands on a timeline by now."""
    waiting = Concern.objects.visible_to(by).filter(pk=concern.pk, entry__isnull=True)
    if not waiting.select_for_update(no_key=True, of=("self",)).exists():
        raise Http404


def reader_teams(concern: Concern, audience: timeline.Audience) -> timeline.Audience:
    """Return ``audience`` with the teams that hold ``concern``, as it will be once it is linked: for the preview."""
    return with_teams(audience, Team.objects.filter(pk__in=[concern.team_id, concern.also_id]).select_related("agency"))


def _lost_by(holders: list[Team]) -> str:
    names = ", ".join(f"{team.name} ({team.agency.name})" for team in holders)
    return _(
        "Nothing was changed. Not everybody who holds this concern would see it on the timeline: %(teams)s. That is so"
        " on a restricted case, for a team that is not involved, and for a sensitive entry. Involve the team first,"
        " choose “ordinary”, or write an entry of your own."
    ) % {"teams": names}


def _event(concern: Concern, audience: timeline.Audience) -> timeline.Event:
    return timeline.Event(
        kind=Kind.CONCERN,
        title=title_of(concern.categories),
        body=concern.facts,
        child_words=concern.child_words,
        significance=concern.opinion,
        action_taken=concern.immediate_action,
        occurred_at=concern.occurred_at,
        before_birth=concern.before_birth,
        audience=audience,
    )
