"""The models of referrals."""

from referrals.models.acceptance import Acceptance
from referrals.models.challenge import ChallengeStep
from referrals.models.check import AgencyCheck
from referrals.models.draft import ReferralDraft
from referrals.models.hold import ReferralHold
from referrals.models.referral import Referral, ReferralRelative
from referrals.models.reporter import PublicReporter
from referrals.models.step import ReferralStep
from referrals.models.triage import TriageNote

__all__ = [
    "Acceptance",
    "AgencyCheck",
    "ChallengeStep",
    "PublicReporter",
    "Referral",
    "ReferralDraft",
    "ReferralHold",
    "ReferralRelative",
    "ReferralStep",
    "TriageNote",
]
