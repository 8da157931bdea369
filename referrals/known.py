"""A referral's child as the matching compares children."""

from dataclasses import replace

from cases.matching import normal
from cases.matching.facts import Facts
from referrals.models import Referral


def facts_of(referral: Referral) -> Facts:
    """Return what a referral says of its child, in the one form that is compared."""
    facts = Facts.known_as(referral.given, referral.surname, born_on=referral.born_on, sex=referral.sex)
    return replace(
        facts,
        postcode=normal.postcode(referral.postcode),
        number=normal.number(referral.nhs_number),
        pupil_number=normal.number(referral.pupil_number),
    )
