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
