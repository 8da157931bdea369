"""What the worker may know of referrals that it does not see: each is one call of a function that checks its caller."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Clock(NamedTuple):
    """A clock of a referral that runs: its ``moment``, whose it is, and who may hear nothing of the referral.

    ``standing`` is the referral's state, or the stage of its challenge; ``since`` when it moved last.
    """

    pk: int
    uuid: UUID
    reference: str
    standing: str
    urgent: bool
    moment: datetime
    occasion: str
    since: datetime
    to_agency_id: int
    from_agency_id: int | None
    from_team_id: int | None
    submitted_by_id: int | None
    held_by_id: int | None
    excluded: list[int]


def clock(kind: str, pk: int) -> Clock | None:
    """Return a clock, to the worker alone; None for everybody else, and where it does not run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_clock(%s, %s)", [kind, pk])
        row = cursor.fetchone()
    return Clock(*row) if row else None


def unplanned_clocks(kind: str, most: int) -> list[int]:
    """Return the keys of referrals with a running clock that has no stage of a reminder, to the worker alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_unplanned_clocks(%s, %s)", [kind, most])
        return [key for (key,) in cursor.fetchall()]


class QuietDraft(NamedTuple):
    """A draft that nobody has touched for long, and whose it is."""

    uuid: UUID
    user_id: int
    agency_id: int
    saved_at: datetime


def hand_draft(draft: UUID, person: int, roles: Sequence[str]) -> bool:
    """Give the caller's own draft to somebody with one of ``roles`` at the same agency; False where it cannot be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_hand_draft(%s, %s, %s::text[])", [draft, person, list(roles)])
        return bool(cursor.fetchall()[0][0])


def warn_of_drafts(before: datetime, most: int) -> list[QuietDraft]:
    """Mark drafts that nobody has touched since ``before`` as warned of, and return them; the worker's alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_warn_of_drafts(%s, %s)", [before, most])
        return [QuietDraft(*row) for row in cursor.fetchall()]


def forget_drafts(saved_before: datetime, warned_before: datetime, most: int) -> list[UUID]:
    """Delete drafts that nobody has touched since they were warned of before ``warned_before``; the worker's alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_forget_drafts(%s, %s, %s)", [saved_before, warned_before, most])
        return [key for (key,) in cursor.fetchall()]


class AskedCheck(NamedTuple):
    """What an agency was asked, as the worker knows it: of whom, by which agency, until when; no name, no question."""

    pk: int
    uuid: UUID
    agency_id: int
    asked_for: str
    answer_by: datetime
    is_wanted: bool
    excluded: list[int]


def asked_check(pk: int) -> AskedCheck | None:
    """Return what an agency was asked, to the worker alone; None for everybody else, and where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_asked_check(%s)", [pk])
        row = cursor.fetchone()
    return AskedCheck(*row) if row else None


class ToldOfCheck(NamedTuple):
    """Whom the answer to a check is told, and by which page: for whoever has just answered it."""

    referral: UUID
    reference: str
    agency_id: int
    asked_by_id: int
    held_by_id: int | None
    excluded: list[int]


def told_of_check(check: int) -> ToldOfCheck | None:
    """Return whom the answer to ``check`` is told, to whoever gave it; None for everybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_check_told(%s)", [check])
        row = cursor.fetchone()
    return ToldOfCheck(*row) if row else None
