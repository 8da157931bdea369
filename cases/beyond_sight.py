"""The few questions and changes that must reach cases which their caller may not see.

Each is one call of a database function that checks its caller itself (migration 0006): the second lock
stays shut, and nothing here returns more than its action needs.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from agencies.roles import Can, roles_with


class Opened(NamedTuple):
    """The case that emergency access opened, and whom to tell."""

    uuid: UUID
    lead_agency: int
    lead_group: int


class Review(NamedTuple):
    """An emergency access that waits for its review; names the person who looked, never the child."""

    uuid: UUID
    person: str
    reference: str
    reason: str
    since: datetime
    until: datetime


class WaitingChronology(NamedTuple):
    """A chronology that waits for the worker: whose it is, under which membership, and of which case."""

    uuid: UUID
    user_id: int
    membership_uuid: UUID
    case_uuid: UUID


def chronologies_waiting() -> list[WaitingChronology]:
    """Return the chronologies to be made, oldest first, at most 10; nothing for anybody but the worker."""
    return [WaitingChronology(*row) for row in _call("SELECT * FROM cases_chronologies_waiting()", [])]


def chronologies_expired() -> list[str]:
    """Delete the chronologies whose time is over; return the names of their files. The worker's alone."""
    return [row[0] for row in _call("SELECT cases_chronologies_expired()", [])]


class WaitingFile(NamedTuple):
    """A file that the virus scanner has not seen: where it is, and its encrypted key."""

    uuid: UUID
    stored_name: str
    sealed_key: str


def attachments_waiting() -> list[WaitingFile]:
    """Return the files that wait for the scanner, oldest first, at most 20; nothing for anybody but the worker.

    One that could not be scanned comes again after a day.
    """
    return [WaitingFile(*row) for row in _call("SELECT * FROM cases_attachments_waiting()", [])]


def attachment_scanned(attachment: UUID, state: str) -> bool:
    """Note what the scanner said of a file that waited for it; False where it waits no longer."""
    return bool(_call("SELECT cases_attachment_said(%s, %s)", [attachment, state])[0][0])


def attachment_not_scanned(attachment: UUID) -> None:
    """Note that a file which waits could not be scanned now, so that others come first for a day."""
    _call("SELECT cases_attachment_not_scanned(%s)", [attachment])


class FileKey(NamedTuple):
    """The encrypted key of a file, and the row that holds it."""

    table: str
    pk: int
    uuid: UUID
    sealed_key: str


def file_keys(after: FileKey | None, most: int) -> list[FileKey]:
    """Return the keys of files by table and row, ``most`` at once. Raises DatabaseError for all but the worker."""
    start = [after.table, after.pk] if after else ["", 0]
    return [FileKey(*row) for row in _call("SELECT * FROM cases_file_keys(%s, %s, %s)", [*start, most])]


def change_file_key(key: FileKey, sealed_key: str) -> bool:
    """Put ``sealed_key`` in the place of ``key``; False where the row has another meanwhile, or is gone."""
    changed = _call("SELECT cases_change_file_key(%s, %s, %s, %s)", [key.table, key.pk, key.sealed_key, sealed_key])
    return bool(changed[0][0])


def may_hear(concern_id: int, told: Mapping[int, int | None]) -> set[int]:
    """Return those people of ``told`` (by key, each with the agency they act for) who may hear of a concern.

    Asked by its writer and by the team that answers it, who may not know whom some case keeps out.
    """
    statement = "SELECT cases_concern_may_hear(%s, %s::bigint[], %s::bigint[], %s)"
    working = roles_with(Can.WORK_CASES)
    return {row[0] for row in _call(statement, [concern_id, list(told), list(told.values()), working])}


def kept_from_reader() -> list[UUID]:
    """Return the public keys of everything about a child from whose case, or a concern, the caller is kept out."""
    return list(_call("SELECT cases_kept_from_reader()", [])[0][0])


class Due(NamedTuple):
    """A deadline as the worker knows it: whose, when, who is kept out of its case, and a restricted one's duty team."""

    uuid: UUID
    case_uuid: UUID
    reference: str
    case_is_open: bool
    is_running: bool
    due_at: datetime
    urgent: bool
    agency_id: int
    team_id: int
    person_id: int | None
    lead_agency_id: int
    profile_id: int | None
    excluded: list[int]
    duty_team_id: int | None


def due(deadline: UUID) -> Due | None:
    """Return a deadline, to the worker alone; None for everybody else, and where it is not there."""
    rows = _call("SELECT * FROM cases_due(%s)", [deadline])
    return Due(*rows[0]) if rows else None


def unplanned_deadlines(most: int) -> list[tuple[UUID, datetime, bool, int | None]]:
    """Return running deadlines without any stage of a reminder, to the worker alone: key, due, urgent, profile."""
    return [(row[0], row[1], row[2], row[3]) for row in _call("SELECT * FROM cases_unplanned_deadlines(%s)", [most])]


class Asked(NamedTuple):
    """A request as the worker knows it: about what, of which agency and teams, by when, and who is kept out."""

    pk: int
    about: UUID
    case_uuid: UUID
    reference: str
    is_wanted: bool
    agency_id: int
    team_ids: list[int]
    asked_at: datetime
    due_on: date | None
    lead_agency_id: int
    profile_id: int | None
    excluded: list[int]


def asked(kind: str, pk: int) -> Asked | None:
    """Return a request of ``kind``, to the worker alone; None for everybody else, and where it is not there."""
    rows = _call("SELECT * FROM cases_asked(%s, %s)", [kind, pk])
    return Asked(*rows[0]) if rows else None


def unplanned_requests(kind: str, most: int) -> list[int]:
    """Return the keys of requests of ``kind`` without any stage of a reminder, to the worker alone."""
    return [row[0] for row in _call("SELECT cases_unplanned_requests(%s, %s)", [kind, most])]


class Call(NamedTuple):
    """A meeting as the worker knows it: when, whether it is called off, who is invited, and who is kept out."""

    uuid: UUID
    case_uuid: UUID
    reference: str
    case_is_open: bool
    is_called_off: bool
    planned_for: datetime
    team_ids: list[int]
    people: list[int]
    agency_ids: list[int]
    excluded: list[int]


def call(meeting: UUID) -> Call | None:
    """Return a meeting, to the worker alone; None for everybody else, and where it is not there."""
    rows = _call("SELECT * FROM cases_call(%s)", [meeting])
    return Call(*rows[0]) if rows else None


class Waiting(NamedTuple):
    """A concern that somebody was asked to look at, as the worker knows it: by whom, by when, and whether it waits."""

    pk: int
    team_ids: list[int]
    agency_id: int
    due_at: datetime
    is_waiting: bool


def waiting_concern(concern: UUID) -> Waiting | None:
    """Return what waits to be looked at, to the worker alone; None for everybody else, and where it is not there."""
    rows = _call("SELECT * FROM cases_waiting_concern(%s)", [concern])
    return Waiting(*rows[0]) if rows else None


def unplanned_looks(most: int) -> list[tuple[UUID, datetime, datetime]]:
    """Return waiting concerns without any stage of a reminder, to the worker alone: key, when it came, due."""
    return [(row[0], row[1], row[2]) for row in _call("SELECT * FROM cases_unplanned_looks(%s)", [most])]


def take_emergency_access(reference: str, reason: str, lasts: timedelta) -> Opened | None:
    """Grant the caller emergency access; None for an unknown or closed case and for an excluded person."""
    rows = _call("SELECT * FROM cases_take_emergency_access(%s, %s, %s)", [reference, reason, lasts])
    return Opened(*rows[0]) if rows else None


def emergency_reviews() -> list[Review]:
    """Return what waits for the caller's review, oldest first; at most 200."""
    return [Review(*row) for row in _call("SELECT * FROM cases_emergency_reviews()", [])]


def review_emergency(grant: UUID, note: str) -> bool:
    """Close a review with its note; False where there is none that the caller may close."""
    return bool(_call("SELECT cases_review_emergency(%s, %s)", [grant, note])[0][0])


def held(user_id: int, agency_id: int) -> int:
    """Return how many open cases of the agency are allocated to the person."""
    return int(_call("SELECT cases_held(%s, %s)", [user_id, agency_id])[0][0])


def pass_to_team(user_id: int, agency_id: int, title: str) -> list[UUID]:
    """Take the person's cases back to their teams, each with its timeline entry; return the cases' UUIDs."""
    return [row[0] for row in _call("SELECT cases_pass_to_team(%s, %s, %s)", [user_id, agency_id, title])]


def deadlines_held(user_id: int, agency_id: int) -> int:
    """Return how many running deadlines of the agency are the person's."""
    return int(_call("SELECT cases_deadlines_held(%s, %s)", [user_id, agency_id])[0][0])


def pass_deadlines_on(user_id: int, agency_id: int) -> list[UUID]:
    """Leave the person's running deadlines with their teams; return their UUIDs."""
    return [row[0] for row in _call("SELECT cases_pass_deadlines_on(%s, %s)", [user_id, agency_id])]


def led_alone(team_ids: Collection[int]) -> int:
    """Return how many open cases no active team but these leads; 0 for who does not manage all their agencies."""
    return int(_call("SELECT cases_led_alone(%s::bigint[])", [list(team_ids)])[0][0])


def actions_held(user_id: int, agency_id: int) -> int:
    """Return how many actions of the agency that are to be done are the person's."""
    return int(_call("SELECT cases_actions_held(%s, %s)", [user_id, agency_id])[0][0])


def pass_actions_on(user_id: int, agency_id: int, teams: list[int]) -> list[UUID]:
    """Make the person's actions their team's; return the actions' UUIDs."""
    return [row[0] for row in _call("SELECT cases_pass_actions_on(%s, %s, %s)", [user_id, agency_id, teams])]


def drafts_held(user_id: int, agency_id: int) -> int:
    """Return how many concerns the person has begun to write for the agency."""
    return int(_call("SELECT cases_drafts_held(%s, %s)", [user_id, agency_id])[0][0])


def pass_drafts_on(user_id: int, agency_id: int, teams: list[int]) -> list[tuple[UUID, int]]:
    """Give what the person had begun to write to leads of their teams; return each draft's UUID and who has it now."""
    rows = _call("SELECT * FROM cases_pass_drafts_on(%s, %s, %s)", [user_id, agency_id, teams])
    return [(row[0], row[1]) for row in rows]


def _call(statement: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
