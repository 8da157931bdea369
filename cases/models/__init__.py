"""The cases' tables."""

from cases.models.attachments import Attachment, ScanState
from cases.models.case import AccessLevel, Case, Involvement, NotNeeded
from cases.models.child import Address, Child, ChildIdentifier, ChildName, KnownService
from cases.models.child_protection import Conference, Review, StrategyDiscussion
from cases.models.chronology import Chronology, ChronologyState
from cases.models.concern import Concern
from cases.models.concern_step import ConcernStep
from cases.models.conflicts import ConflictDue, ExclusionProposal
from cases.models.deadline import Deadline, DeadlineState
from cases.models.decisions import Decision
from cases.models.discussions import Thread, ThreadAsked, ThreadLook, ThreadMessage
from cases.models.draft import ConcernDraft
from cases.models.entries import EntryPlaceholder, EntryReceipt, EntryRemark
from cases.models.family import Person, Relationship
from cases.models.grants import CaseExclusion, CaseGroupGrant, CaseUserGrant
from cases.models.injury import InjuryMark
from cases.models.match_queue import ChildReviewDue, MatchPair
from cases.models.matching import ChildMatch, ChildMatchDue, MatchDecision, MatchModel, MatchName, MatchWeight
from cases.models.meetings import Meeting, MeetingContribution, MeetingSeat
from cases.models.missing import ChildMissing, ChildReturned
from cases.models.plans import Plan, PlanAction
from cases.models.records import Record, YesNo
from cases.models.same_child import SameChild
from cases.models.supervision import Supervision
from cases.models.timeline import EntryPin, Sensitivity, TimelineEntry, TimelineEntryReader, TimelineLook
from cases.models.visits import FamilyContact, Visit

__all__ = [
    "AccessLevel",
    "Address",
    "Attachment",
    "Case",
    "CaseExclusion",
    "CaseGroupGrant",
    "CaseUserGrant",
    "Child",
    "ChildIdentifier",
    "ChildMatch",
    "ChildMatchDue",
    "ChildMissing",
    "ChildName",
    "ChildReturned",
    "ChildReviewDue",
    "Chronology",
    "ChronologyState",
    "Concern",
    "ConcernDraft",
    "ConcernStep",
    "Conference",
    "ConflictDue",
    "Deadline",
    "DeadlineState",
    "Decision",
    "EntryPin",
    "EntryPlaceholder",
    "EntryReceipt",
    "EntryRemark",
    "ExclusionProposal",
    "FamilyContact",
    "InjuryMark",
    "Involvement",
    "KnownService",
    "MatchDecision",
    "MatchModel",
    "MatchName",
    "MatchPair",
    "MatchWeight",
    "Meeting",
    "MeetingContribution",
    "MeetingSeat",
    "NotNeeded",
    "Person",
    "Plan",
    "PlanAction",
    "Record",
    "Relationship",
    "Review",
    "SameChild",
    "ScanState",
    "Sensitivity",
    "StrategyDiscussion",
    "Supervision",
    "Thread",
    "ThreadAsked",
    "ThreadLook",
    "ThreadMessage",
    "TimelineEntry",
    "TimelineEntryReader",
    "TimelineLook",
    "Visit",
    "YesNo",
]
