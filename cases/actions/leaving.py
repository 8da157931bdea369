"""What a leaver holds in cases, and how it passes to the team."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.leaving import Holding
from agencies.models import Membership
from cases import beyond_sight
from safeguard.audit import actions as audit
from safeguard.audit.actor import Actor
from safeguard.notifications.actions import Note, put_in_inbox


def cases_held(membership: Membership) -> Iterable[Holding]:
    """Return how many open cases are allocated to the member in their agency."""
    count = beyond_sight.held(membership.user_id, membership.agency_id)
    yield Holding(gettext_lazy("open cases allocated to them"), count, reverse("cases:list"))


def pass_cases_on(membership: Membership, *, by: Actor) -> None:
    """Leave the member's open cases with their teams, allocated to nobody; each says so on its timeline."""
    title = _("Not allocated: the person it was allocated to has left. It is with the team")
    passed = beyond_sight.pass_to_team(membership.user_id, membership.agency_id, title)
    if passed:
        audit.record("case.pass_to_team", by=by, target="cases.Case", uuids=passed)


def deadlines_held(membership: Membership) -> Iterable[Holding]:
    """Return how many running deadlines are the member's in their agency."""
    count = beyond_sight.deadlines_held(membership.user_id, membership.agency_id)
    yield Holding(gettext_lazy("deadlines that are theirs"), count, reverse("cases:deadlines"))


def pass_deadlines_on(membership: Membership, *, by: Actor) -> None:
    """Leave the member's deadlines with their teams."""
    passed = beyond_sight.pass_deadlines_on(membership.user_id, membership.agency_id)
    if passed:
        audit.record("deadline.pass_to_team", by=by, target="cases.Deadline", uuids=passed)


def actions_held(membership: Membership) -> Iterable[Holding]:
    """Return how many actions that are to be done are the member's in their agency."""
    count = beyond_sight.actions_held(membership.user_id, membership.agency_id)
    yield Holding(gettext_lazy("agreed actions that are theirs"), count, reverse("cases:my_actions"))


def pass_actions_on(membership: Membership, *, by: Actor) -> None:
    """Make the member's actions their team's, in each case of the team that works on it."""
    passed = beyond_sight.pass_actions_on(membership.user_id, membership.agency_id, _teams(membership))
    if passed:
        audit.record("action.pass_to_team", by=by, target="cases.PlanAction", uuids=passed)


def drafts_held(membership: Membership) -> Iterable[Holding]:
    """Return how many concerns the member has begun to write for their agency."""
    count = beyond_sight.drafts_held(membership.user_id, membership.agency_id)
    yield Holding(gettext_lazy("concerns that they have not finished writing"), count, reverse("cases:concerns"))


def pass_drafts_on(membership: Membership, *, by: Actor) -> None:
    """Give what the member had begun to write to a lead of their team, who is told.

    One that goes past the team, or that nobody there may read, stays as it is: nobody finds it, and it is not lost.
    """
    passed = beyond_sight.pass_drafts_on(membership.user_id, membership.agency_id, _teams(membership))
    if not passed:
        return
    audit.record("draft.pass_on", by=by, target="cases.ConcernDraft", uuids=[draft for draft, _to in passed])
    title = _("A colleague has left: concerns that they had not finished writing are among your drafts")
    note = Note(kind="draft.pass_on", subject=title, body="", path=reverse("cases:concerns"))
    for person in sorted({to for _draft, to in passed}):
        key = f"draft.pass_on:{membership.uuid}:{person}"
        put_in_inbox(note, recipient_id=person, dedupe_key=key, agency_id=membership.agency_id)


def _teams(membership: Membership) -> list[int]:
    return list(membership.teams.order_by("pk").values_list("pk", flat=True))
