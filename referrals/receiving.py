"""Which agencies can be referred to: children's social care where somebody hears of what comes."""

from django.db.models import Q, QuerySet

from agencies.desks import SOCIAL_CARE
from agencies.models import Agency, ContactPoint, Membership
from referrals.querysets import RECEIVES


def receivers() -> QuerySet[Agency]:
    """Return the agencies that can receive referrals, by name: with people who work on them, or a desk to write to."""
    working = Membership.objects.none()
    for capability in RECEIVES:
        working = working | Membership.objects.live().holding(capability)
    desks = ContactPoint.objects.filter(kind=ContactPoint.Kind.DUTY_DESK).exclude(email="")
    heard = Q(pk__in=working.values("agency")) | Q(pk__in=desks.values("agency"))
    found = Agency.objects.active().filter(heard, sector__code=SOCIAL_CARE)
    return found.select_related("sector").order_by("name")
