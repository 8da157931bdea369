"""The cases' tables."""

from cases.models.case import AccessLevel, Case, Involvement, NotNeeded
from cases.models.child import Address, Child, ChildIdentifier, ChildName, KnownService
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
    "Case",
    "CaseExclusion",
    "CaseGroupGrant",
    "CaseUserGrant",
    "Child",
    "ChildIdentifier",
    "ChildMatch",
    "ChildMatchDue",
    "ChildName",
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
    "Sensitivity",
    "TimelineEntry",
    "TimelineEntryReader",
    "TimelineLook",
]
