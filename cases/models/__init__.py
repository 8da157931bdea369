"""The cases' tables."""

from cases.models.case import AccessLevel, Case, Involvement, NotNeeded
from cases.models.child import Address, Child, ChildIdentifier, ChildName, KnownService
from cases.models.family import Person, Relationship
from cases.models.grants import CaseExclusion, CaseGroupGrant, CaseUserGrant
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
    "ChildName",
    "EntryPin",
    "Involvement",
    "KnownService",
    "NotNeeded",
    "Person",
    "Relationship",
    "Sensitivity",
    "TimelineEntry",
    "TimelineEntryReader",
    "TimelineLook",
]
