"""Which referrals may be about a child from whose case their reader is kept out. Nothing of it is ever to be shown."""

from collections.abc import Collection, Iterable

from django.db import connection

from cases.matching.look import kept_out_of
from referrals.known import facts_of
from referrals.models import Referral


def conflicts_among(referrals: Iterable[Referral]) -> dict[Referral, frozenset[int]]:
    """Return the children whom each of ``referrals`` may be about and from whose case the reader is kept out.

    Those with none are missing; children of whom somebody decided that they are not meant are left out. For a list
    before it is shown: nothing of this is ever to be.
    """
    found = kept_out_of({each: facts_of(each) for each in referrals})
    left = {each: children - not_about(each, children) for each, children in found.items()}
    return {each: children for each, children in left.items() if children}


def not_about(referral: Referral, children: Collection[int]) -> frozenset[int]:
    """Return those of ``children`` of whom somebody decided that ``referral`` is not about them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_not_about(%s, %s::bigint[])", [referral.pk, list(children)])
        return frozenset(key for (key,) in cursor.fetchall())
