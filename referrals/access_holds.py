"""The door to who is kept out of a referral for now.

Part of ``access.py``, in a file of its own for its length.
"""

from uuid import UUID

from django.db.models import QuerySet, Subquery

from agencies.acting import Acting
from cases.models import Child
from cases.querysets import shown_name
from referrals import access
from referrals.models import Referral, ReferralHold
from safeguard.audit import actions as audit


def open_holds(by: Acting, referral: Referral) -> list[ReferralHold]:
    """Return who is kept out of ``referral`` for now, as far as ``by`` sees the child who may be meant."""
    if not getattr(referral, "has_holds", True):  # asked for together with the referral: see ``with_holds``
        return []
    return list(_open(by).filter(referral=referral).select_related("person"))


def hold(by: Acting, referral: Referral, ref: UUID | str) -> ReferralHold:
    """Return the hold of ``referral`` with the UUID ``ref``, and ``child`` as ``by`` sees them; the look is recorded.

    Raises Http404 for absent and forbidden, and where ``by`` does not see the child who may be meant.
    """
    found = _open(by).filter(referral=referral, uuid=ref).select_related("person").first()
    if found is None:
        raise access.refusal(by, referral.uuid)
    seen = Child.objects.visible_to(by).annotate(shown_name=Subquery(shown_name("pk")))
    found.child = seen.get(pk=found.child_id)
    audit.record_read("referral.hold", by=by, target="cases.Child", uuids=[found.child.uuid])
    return found


def _open(by: Acting) -> QuerySet[ReferralHold]:
    children = Child.objects.visible_to(by).values("pk")
    return ReferralHold.objects.visible_to(by).filter(choice="", child__in=children)
