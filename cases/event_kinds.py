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
    CHILD_CHANGED = "child_changed"
    CONCERN = "concern"
    NOTE = "note"
    CONTACT = "contact"
    HEALTH_EVENT = "health_event"
    SCHOOL_EVENT = "school_event"
    POLICE_EVENT = "police_event"
    FAMILY_EVENT = "family_event"
    MISSING_EPISODE = "missing_episode"
    STRENGTH = "strength"
    VISIT = "visit"
    FAMILY_CONTACT = "family_contact"
    DECISION = "decision"
    STRATEGY_DISCUSSION = "strategy_discussion"
    SECTION_47_STARTED = "section_47_started"
    INITIAL_CONFERENCE = "initial_conference"
    REVIEW_CONFERENCE = "review_conference"
    PRE_BIRTH_CONFERENCE = "pre_birth_conference"
    PLAN_REVIEW = "plan_review"
    LOOKED_AFTER_REVIEW = "looked_after_review"
    SUPERVISION = "supervision"
    DISCUSSION_STARTED = "discussion_started"
    MEETING_CALLED = "meeting_called"
    MEETING_CONTRIBUTION = "meeting_contribution"
    MEETING_HELD = "meeting_held"
    MEETING_CALLED_OFF = "meeting_called_off"
    CHILD_MISSING = "child_missing"
    CHILD_RETURNED = "child_returned"
    PLAN_STARTED = "plan_started"
    CHILD_PROTECTION_PLAN_STARTED = "child_protection_plan_started"
    PLAN_ENDED = "plan_ended"
    ACTION_AGREED = "action_agreed"
    ACTION_DONE = "action_done"
    ACTION_NOT_DONE = "action_not_done"
    ACTION_MOVED = "action_moved"
    REFERRAL = "referral"
    REFERRAL_DECIDED = "referral_decided"


class Group(models.TextChoices):
    """What a reader of the timeline filters kinds by."""

    CONCERN = "concern", _("Concerns")
    CONTACT = "contact", _("Contacts and notes")
    EVENT = "event", _("Health, school, police and family events")
    STRENGTH = "strength", _("Strengths")
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
    """What a kind is called, the group it is filtered by, and whether people may write it as an entry of its own.

    ``hint`` tells the writer what belongs there.
    """

    label: str | Promise
    group: Group
    by_hand: bool = False
    hint: str | Promise = ""


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
    Kind.CONCERN: KindSpec(_("Concern"), Group.CONCERN),
    Kind.NOTE: KindSpec(_("Note"), Group.CONTACT, by_hand=True, hint=_("Anything else that others should know")),
    Kind.CONTACT: KindSpec(
        _("Contact"), Group.CONTACT, by_hand=True, hint=_("A call, letter or talk with the child, the family or others")
    ),
    Kind.HEALTH_EVENT: KindSpec(
        _("Health event"), Group.EVENT, by_hand=True, hint=_("An appointment kept or missed, an injury, an admission")
    ),
    Kind.SCHOOL_EVENT: KindSpec(
        _("School event"), Group.EVENT, by_hand=True, hint=_("Attendance, behaviour, progress, an exclusion")
    ),
    Kind.POLICE_EVENT: KindSpec(
        _("Police event"), Group.EVENT, by_hand=True, hint=_("A call to the home, an arrest, a protection order")
    ),
    Kind.FAMILY_EVENT: KindSpec(
        _("Family or home event"),
        Group.EVENT,
        by_hand=True,
        hint=_("A move, a new partner, a loss, rent arrears"),
    ),
    Kind.MISSING_EPISODE: KindSpec(
        _("Missing episode"),
        Group.EVENT,
        by_hand=True,
        hint=_("When the child went, was found, and what they said"),
    ),
    Kind.STRENGTH: KindSpec(
        _("Strength"), Group.STRENGTH, by_hand=True, hint=_("What goes well, who helps, what the child is proud of")
    ),
    Kind.REFERRAL: KindSpec(_("Referral"), Group.REFERRAL),
    Kind.REFERRAL_DECIDED: KindSpec(_("Referral decided"), Group.REFERRAL),
    Kind.CHILD_CHANGED: KindSpec(_("The child’s details"), Group.STATUS),
    Kind.VISIT: KindSpec(_("Visit"), Group.VISIT),
    Kind.FAMILY_CONTACT: KindSpec(_("Contact with the family"), Group.CONTACT),
    Kind.DECISION: KindSpec(_("Decision"), Group.DECISION),
    Kind.STRATEGY_DISCUSSION: KindSpec(_("Strategy discussion"), Group.MEETING),
    Kind.SECTION_47_STARTED: KindSpec(_("Strategy discussion that starts a section 47 enquiry"), Group.MEETING),
    Kind.INITIAL_CONFERENCE: KindSpec(_("Initial child protection conference"), Group.MEETING),
    Kind.REVIEW_CONFERENCE: KindSpec(_("Review child protection conference"), Group.MEETING),
    Kind.PRE_BIRTH_CONFERENCE: KindSpec(_("Pre-birth child protection conference"), Group.MEETING),
    Kind.PLAN_REVIEW: KindSpec(_("Review of a plan"), Group.MEETING),
    Kind.LOOKED_AFTER_REVIEW: KindSpec(_("Looked-after child review"), Group.MEETING),
    Kind.DISCUSSION_STARTED: KindSpec(_("Discussion"), Group.CONTACT),
    Kind.MEETING_CALLED: KindSpec(_("Meeting called"), Group.MEETING),
    Kind.MEETING_CONTRIBUTION: KindSpec(_("Contribution to a meeting"), Group.MEETING),
    Kind.MEETING_HELD: KindSpec(_("Meeting held"), Group.MEETING),
    Kind.MEETING_CALLED_OFF: KindSpec(_("Meeting called off"), Group.MEETING),
    Kind.SUPERVISION: KindSpec(_("Supervision"), Group.CONTACT),
    Kind.CHILD_MISSING: KindSpec(_("Child missing"), Group.EVENT),
    Kind.CHILD_RETURNED: KindSpec(_("Missing child back"), Group.EVENT),
    Kind.PLAN_STARTED: KindSpec(_("Plan started"), Group.PLAN),
    Kind.CHILD_PROTECTION_PLAN_STARTED: KindSpec(_("Child protection plan started"), Group.PLAN),
    Kind.PLAN_ENDED: KindSpec(_("Plan ended"), Group.PLAN),
    Kind.ACTION_AGREED: KindSpec(_("Action agreed"), Group.PLAN),
    Kind.ACTION_DONE: KindSpec(_("Action done"), Group.PLAN),
    Kind.ACTION_NOT_DONE: KindSpec(_("Action not done"), Group.PLAN),
    Kind.ACTION_MOVED: KindSpec(_("New date for an action"), Group.PLAN),
}


def kinds_by_hand() -> list[Kind]:
    """Return the kinds that people write as entries of their own, in the table's order."""
    return [kind for kind, spec in KINDS.items() if spec.by_hand]


def kinds_of(group: str) -> list[Kind]:
    """Return the kinds that are filtered by ``group``, in the table's order."""
    return [kind for kind, spec in KINDS.items() if spec.group == group]
