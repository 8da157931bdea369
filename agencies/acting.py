"""Who am I, and for which agency do I act? Answered once a request, in one query.

One acted-for membership supplies the groups, the sector mask, the clearance and the capabilities.
Somebody with two memberships switches; they are never mixed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from agencies.models import Membership, User
from agencies.roles import Can, capabilities_of
from safeguard.audit.actor import Actor, Origin
from safeguard.common.row_security import RowSecurityContext

SESSION_KEY = "acting_for"


@dataclass(frozen=True, kw_only=True)
class Acting(Actor):
    """A signed-in person with the membership they act under; without a live one they may do nothing."""

    user: User
    membership: Membership | None = None
    group_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    sector_mask: int = 0
    clearance: int = 0
    capabilities: frozenset[Can] = frozenset()
    others: int = 0

    @property
    def works_with_cases(self) -> bool:
        """Return whether anything of a case may be shown at all: no role, no case, whatever the grants say."""
        return Can.WORK_CASES in self.capabilities

    def can(self, capability: Can) -> bool:
        """Return whether the acted-for membership entitles to ``capability``."""
        return capability in self.capabilities

    def row_security(self) -> RowSecurityContext:
        """Return what the database's policies may know of this person."""
        return RowSecurityContext(
            user_id=self.user_id,
            agency_id=self.agency_id,
            membership=self.membership_uuid,
            group_ids=self.group_ids,
            team_ids=self.team_ids,
            sector_mask=self.sector_mask,
            clearance=self.clearance,
            capabilities=tuple(sorted(self.capabilities)),
            history=(
                ("user", self.user_id),
                ("agency", self.agency_id),
                ("channel", self.origin.channel),
                ("request", self.origin.request_id),
            ),
        )


def acting(user: User, origin: Origin, chosen: str | None = None, *, only_agency: str | None = None) -> Acting:
    """Return ``user`` acting under the ``chosen`` membership (its UUID), else under their oldest live one.

    A chosen membership that has ended is passed over: access is gone on the next request. With
    ``only_agency`` (an agency's UUID) no other agency's membership is acted under; ``others`` counts them.
    """
    memberships = list(_live_memberships(user))
    membership = _chosen([m for m in memberships if only_agency in (None, str(m.agency.uuid))], chosen)
    if membership is None:
        return Acting(user=user, user_id=user.pk, origin=origin, others=len(memberships))
    return acting_under(
        membership,
        user,
        origin,
        team_ids=membership.live_teams,
        group_ids=membership.live_groups,
        others=len(memberships) - 1,
    )


def acted_for(user: User) -> Acting:
    """Return ``user`` acting as in the request that they make; outside one, under their oldest live membership.

    For code that is handed a user and nothing else, such as permission backends.
    """
    return user.acting or acting(user, Origin())


def _chosen(memberships: list[Any], chosen: str | None) -> Any:
    first = memberships[0] if memberships else None
    return next((membership for membership in memberships if str(membership.uuid) == chosen), first)


def _live_memberships(user: User) -> Any:
    # The teams come as arrays in the same statement; a prefetch would be a second query a request.
    active = Q(teams__is_active=True)
    return (
        Membership.objects.live()
        .of(user)
        .select_related("agency__sector")
        .annotate(
            live_teams=ArrayAgg("teams__id", filter=active, default=[]),
            live_groups=ArrayAgg("teams__group_id", filter=active, default=[]),
        )
        .order_by("since", "id")
    )


def acting_under(
    membership: Membership,
    user: User,
    origin: Origin,
    *,
    team_ids: Iterable[int],
    group_ids: Iterable[int],
    others: int = 0,
) -> Acting:
    """Return ``user``, who holds the live ``membership``, acting under it; its active teams and groups are given.

    Teams and groups open cases, so they count only for roles that work with cases: an administrator who sits
    in a team still sees no case content.
    """
    capabilities = capabilities_of(membership.roles)
    works = Can.WORK_CASES in capabilities
    return Acting(
        user=user,
        user_id=user.pk,
        agency_id=membership.agency_id,
        membership_uuid=UUID(str(membership.uuid)),
        origin=origin,
        membership=membership,
        group_ids=tuple(sorted(group_ids)) if works else (),
        team_ids=tuple(sorted(team_ids)) if works else (),
        sector_mask=membership.agency.sector.mask,
        clearance=membership.clearance,
        capabilities=capabilities,
        others=others,
    )
