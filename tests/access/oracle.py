"""The rule of access in plain Python, without SQL: what every form of every question must agree with."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Reader:
    user: int
    agency: int
    groups: frozenset[int]
    teams: frozenset[int]
    mask: int
    clearance: int
    works: bool = True
    membership: UUID | None = None
    receives: bool = False  # works on what their agency is sent: triage, or a manager
    answers_checks: bool = False  # answers what triage asks of their agency: a safeguarding lead, or a manager


@dataclass(frozen=True)
class Grant:
    holder: int  # a group or a user
    level: int
    since: datetime
    until: datetime | None

    def live(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or self.until > now)


@dataclass(frozen=True)
class Entry:
    pk: int
    group: int
    mask: int
    sensitivity: int
    named: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True)
class Concern:
    author: int
    author_agency: int
    teams: frozenset[int]
    kept_from: frozenset[int]  # people
    linked: bool
    held: bool  # by those teams: it stands on no timeline, or they were asked to look at it


@dataclass(frozen=True)
class Referral:
    author: int
    author_agency: int
    team: int
    to_agency: int
    kept_from: frozenset[int]  # people


@dataclass
class Case:
    pk: int
    child: int
    restricted: bool
    groups: list[Grant] = field(default_factory=list)
    people: list[Grant] = field(default_factory=list)
    excluded: set[int] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)


def level(reader: Reader, case: Case, now: datetime) -> int:
    """Return what the reader may do with the case: 0 for nothing."""
    if reader.user in case.excluded:
        return 0
    held = [g.level for g in case.people if g.holder == reader.user and g.live(now)]
    if not case.restricted:
        held += [g.level for g in case.groups if g.holder in reader.groups and g.live(now)]
    return max(held, default=0)


def sees_entry(reader: Reader, case: Case, entry: Entry, now: datetime) -> bool:
    """Return whether the reader sees the entry of the case."""
    if not level(reader, case, now):
        return False
    if entry.group in reader.groups:
        return True
    named = {("user", reader.user), ("agency", reader.agency), *(("team", team) for team in reader.teams)}
    return entry.sensitivity <= reader.clearance and bool(entry.mask & reader.mask or entry.named & named)


def sees_concern(reader: Reader, concern: Concern, sees_its_entry: bool, is_excluded: bool) -> bool:
    """Return whether the reader sees a concern: their own, what their team was asked, by its entry."""
    if reader.user in concern.kept_from or is_excluded or not reader.works:
        return False
    if (concern.author, concern.author_agency) == (reader.user, reader.agency):
        return True
    return bool(concern.held and concern.teams & reader.teams) or (concern.linked and sees_its_entry)


def sees_referral(reader: Reader, referral: Referral) -> bool:
    """Return whether the reader sees a referral: their own, their team's, or what their agency was sent to triage."""
    if reader.user in referral.kept_from or not reader.works:
        return False
    own = (referral.author, referral.author_agency) == (reader.user, reader.agency)
    return own or referral.team in reader.teams or (referral.to_agency == reader.agency and reader.receives)


def is_excluded_from_child(reader: Reader, child: int | None, cases: list[Case]) -> bool:
    """Return whether the reader is kept out of a case of the child."""
    return any(reader.user in case.excluded for case in cases if case.child == child)


def sees_child(
    reader: Reader, child: int, recorded_by: int | None, cases: list[Case], now: datetime, *, by_concern: bool = False
) -> bool:
    """Return whether the reader sees the child's record; ``by_concern``: they see a concern about the child."""
    own = [case for case in cases if case.child == child]
    if by_concern or any(level(reader, case, now) for case in own):
        return True
    return recorded_by in reader.teams and not any(reader.user in case.excluded for case in own)


def sees_record(reader: Reader, child: int, recorded_by: int | None, cases: list[Case], now: datetime) -> bool:
    """Return whether the reader sees the child's whole record: no concern opens it, and any exclusion closes it."""
    own = [case for case in cases if case.child == child]
    if any(reader.user in case.excluded for case in own):
        return False
    return recorded_by in reader.teams or any(level(reader, case, now) for case in own)


def sees_address(reader: Reader, sees_its_child: bool, protected: bool, recorded_by: int, named: set[int]) -> bool:
    """Return whether the reader sees an address of a child: a protected one is for its recorder and those it names."""
    return sees_its_child and (not protected or reader.user == recorded_by or reader.user in named)


def sees_involvement(reader: Reader, sees_its_case: bool, confidential: bool, team: int, known_to: set[int]) -> bool:
    """Return whether the reader may know of an involvement: a confidential one is for its team and those it names."""
    return sees_its_case and (not confidential or team in reader.teams or reader.user in known_to)
