"""A person's groups, kept in step with their live memberships' active teams.

Case access is granted to a team's group. Every action that moves a membership, a team or an agency
calls ``put_in_step`` in its transaction; a job calls it for everybody, for memberships that begin or
end by the clock alone.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from agencies.models import Membership, User

MembershipTeam = Membership.teams.through
UserGroup = User.groups.through


def put_in_step(user_ids: Collection[int] | None = None) -> int:
    """Give missing and take superfluous groups, for the users with those ids or for everybody.

    Returns how many rows it moved. Only groups that belong to a team are touched.
    """
    missing, superfluous = missing_groups(user_ids), superfluous_groups(user_ids)
    pairs = set(missing.values_list("membership__user_id", "team__group_id"))
    taken, _ = superfluous.delete()
    UserGroup.objects.bulk_create(
        [UserGroup(user_id=user_id, group_id=group_id) for user_id, group_id in sorted(pairs)],
        ignore_conflicts=True,
    )
    return len(pairs) + taken


def missing_groups(user_ids: Collection[int] | None = None) -> QuerySet[Any]:
    """Return the (membership, team) rows whose group the member should hold and does not."""
    held = UserGroup.objects.filter(user_id=OuterRef("membership__user_id"), group_id=OuterRef("team__group_id"))
    entitled = _entitled().filter(~Exists(held))
    return entitled if user_ids is None else entitled.filter(membership__user_id__in=user_ids)


def superfluous_groups(user_ids: Collection[int] | None = None) -> QuerySet[Any]:
    """Return the (user, group) rows of teams' groups that no live membership justifies."""
    entitled = _entitled().filter(membership__user_id=OuterRef("user_id"), team__group_id=OuterRef("group_id"))
    held = UserGroup.objects.filter(~Exists(entitled), group__team__isnull=False)
    return held if user_ids is None else held.filter(user_id__in=user_ids)


def _entitled() -> QuerySet[Any]:
    return MembershipTeam.objects.filter(membership__in=Membership.objects.live(), team__is_active=True)
