"""The kinds of event that the timeline knows: the one table that says what each is called and where it belongs.

An action that causes an event writes it with its kind; a kind with ``by_hand`` can also be written as an
entry of its own. A new kind is a line in ``Kind`` and a line in ``KINDS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """The kinds of event."""

    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    ALLOCATED = "allocated"
    TEAM_INVOLVED = "team_involved"
    INVOLVEMENT_ENDED = "involvement_ended"
    RESTRICTED = "restricted"
    RESTRICTION_LIFTED = "restriction_lifted"
    EXCLUDED = "excluded"
    EXCLUSION_LIFTED = "exclusion_lifted"
    EMERGENCY_ACCESS = "emergency_access"
    NOTE = "note"


class Group(models.TextChoices):
    """What a reader of the timeline filters kinds by."""

    CONCERN = "concern", _("Concerns")
    CONTACT = "contact", _("Contacts and notes")
    VISIT = "visit", _("Visits")
    REFERRAL = "referral", _("Referrals")
    DECISION = "decision", _("Decisions")
    MEETING = "meeting", _("Meetings")
    PLAN = "plan", _("Plans and actions")
    DOCUMENT = "document", _("Documents")
    STATUS = "status", _("Status of the case")
    SHARING = "sharing", _("Sharing and access")


@dataclass(frozen=True)
class KindSpec:
    """What a kind is called, the group it is filtered by, and whether people may write it as an entry of its own."""

    label: str | Promise
    group: Group
    by_hand: bool = False


KINDS: Mapping[Kind, KindSpec] = {
    Kind.CASE_OPENED: KindSpec(_("Case opened"), Group.STATUS),
    Kind.CASE_CLOSED: KindSpec(_("Case closed"), Group.STATUS),
    Kind.ALLOCATED: KindSpec(_("Allocated"), Group.STATUS),
    Kind.TEAM_INVOLVED: KindSpec(_("Team involved"), Group.SHARING),
    Kind.INVOLVEMENT_ENDED: KindSpec(_("Involvement ended"), Group.SHARING),
    Kind.RESTRICTED: KindSpec(_("Case restricted"), Group.SHARING),
    Kind.RESTRICTION_LIFTED: KindSpec(_("Restriction ended"), Group.SHARING),
    Kind.EXCLUDED: KindSpec(_("Person excluded"), Group.SHARING),
    Kind.EXCLUSION_LIFTED: KindSpec(_("Exclusion ended"), Group.SHARING),
    Kind.EMERGENCY_ACCESS: KindSpec(_("Emergency access"), Group.SHARING),
    Kind.NOTE: KindSpec(_("Note"), Group.CONTACT, by_hand=True),
}


def kinds_of(group: str) -> list[Kind]:
    """Return the kinds that are filtered by ``group``, in the table's order."""
    return [kind for kind, spec in KINDS.items() if spec.group == group]
