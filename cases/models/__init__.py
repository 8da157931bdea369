"""The cases' tables."""

from cases.models.attachments import Attachment, ScanState
from cases.models.case import AccessLevel, Case, Involvement, NotNeeded
from cases.models.child import Address, Child, ChildIdentifier, ChildName, KnownService
from cases.models.chronology import Chronology, ChronologyState
from cases.models.concern import Concern
from cases.models.concern_step import ConcernStep
from cases.models.draft import ConcernDraft
from cases.models.entries import EntryPlaceholder, EntryReceipt, EntryRemark
from cases.models.family import Person, Relationship
from cases.models.grants import CaseExclusion, CaseGroupGrant, CaseUserGrant
from cases.models.matching import ChildMatch, ChildMatchDue, MatchDecision, MatchModel, MatchName, MatchWeight
from cases.models.timeline import EntryPin, Sensitivity, TimelineEntry, TimelineEntryReader, TimelineLook

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
    "ChildName",
    "Chronology",
    "ChronologyState",
    "Concern",
    "ConcernDraft",
    "ConcernStep",
    "EntryPin",
    "EntryPlaceholder",
    "EntryReceipt",
    "EntryRemark",
    "Involvement",
    "KnownService",
    "MatchDecision",
    "MatchModel",
    "MatchName",
    "MatchWeight",
    "NotNeeded",
    "Person",
    "Relationship",
    "ScanState",
    "Sensitivity",
    "TimelineEntry",
    "TimelineEntryReader",
    "TimelineLook",
]
