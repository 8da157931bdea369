"""The agencies' tables."""

from agencies.models.agency import Agency, ContactPoint, Partnership, Sector, Team
from agencies.models.feed import CalendarFeed
from agencies.models.membership import (
    Absence,
    Basis,
    Clearance,
    Invitation,
    InvitationState,
    Membership,
    MembershipState,
    ReminderChoice,
    ReminderRules,
)
from agencies.models.practice import LegalStatus, PracticeProfile, ProfileHoliday, SchoolTerm, Timescale
from agencies.models.submission import FormSubmission
from agencies.models.token import ApiToken, ApiTokenState
from agencies.models.user import User

__all__ = [
    "Absence",
    "Agency",
    "ApiToken",
    "ApiTokenState",
    "Basis",
    "CalendarFeed",
    "Clearance",
    "ContactPoint",
    "FormSubmission",
    "Invitation",
    "InvitationState",
    "LegalStatus",
    "Membership",
    "MembershipState",
    "Partnership",
    "PracticeProfile",
    "ProfileHoliday",
    "ReminderChoice",
    "ReminderRules",
    "SchoolTerm",
    "Sector",
    "Team",
    "Timescale",
    "User",
]
