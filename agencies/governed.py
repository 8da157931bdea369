"""Which audit rows an agency's information governance lead may read.

A higher room that keeps people out of something calls ``register`` once, from its ``AppConfig.ready``.
"""

from collections.abc import Callable, Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from agencies.models import Membership
from safeguard.audit.models import AuditRow
from safeguard.audit.querysets import AuditRowQuerySet, SignInsOf

# Gives the public keys of what the person who asks is kept out of.
KeptOut = Callable[[], Collection[UUID]]
HOOKS: list[KeptOut] = []


def register(kept_out: KeptOut) -> None:
    """Add a room's answer."""
    HOOKS.append(kept_out)


def governed_rows(agency_id: int) -> AuditRowQuerySet:
    """Return what people did while they acted for the agency, and the sign-ins of its members.

    A conflict of interest holds here too: rows that name what the reader is kept out of are not there.
    Signing in is done for no agency: it is shown to each that the person was a member of at that moment,
    and so are failed attempts at their account. Costs one query at once for the members' ids, and one for each room.
    """
    members = list(Membership.objects.filter(agency_id=agency_id).values_list("user_id", "user__uuid").distinct())
    then_a_member = Membership.objects.filter(
        Q(user_id=OuterRef("user_id")) | Q(user__uuid=OuterRef("target_uuids__0")),
        Q(until__isnull=True) | Q(until__gt=OuterRef("at")),
        agency_id=agency_id,
        since__lte=OuterRef("at"),
    )
    people = SignInsOf([user_id for user_id, _uuid in members], [uuid for _id, uuid in members], Exists(then_a_member))
    hidden = [uuid for kept_out in HOOKS for uuid in kept_out()]
    return AuditRow.objects.of_agency(agency_id, sign_ins=people).naming_none_of(hidden)
