"""The ladder of reminders: its stages, its rungs and whom each reaches, whatever somebody is reminded of.

Runs as the worker, without a reader of its own: it asks for each recipient as that person, so nobody is told
of what they could not open at that moment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting, acting_under
from agencies.models import Absence, Membership, PracticeProfile, ReminderChoice, ReminderRules
from agencies.querysets import MembershipQuerySet
from agencies.roles import Can
from safeguard.audit.actor import Origin
from safeguard.common import row_security
from safeguard.common.batch import once
from safeguard.common.clocks import Calendar, Period, Unit, last_day
from safeguard.notifications import reminders
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Recipient

# The hour at which ordinary reminders of a day go out.
MORNING = time(9)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MANAGER = "manager"
# Where a rung reaches nobody the next one is asked, and after the last the administrators.
FURTHER = ("owner", "team", MANAGER, "partnership_lead", ADMINISTRATOR)
# What waits with a team: for the team itself, and where it stays waiting for those above it too.
TEAM, TEAM_AND_MANAGERS = ["team"], ["team", "manager"]
# For what was agreed in a case that has no profile.
PLAIN_LADDER: list[dict[str, Any]] = [
    {"stage": "due_day", "for": "ordinary", "amount": 0, "unit": "working_day", "to": ["owner"], "only_if": ""},
    {"stage": "late", "for": "ordinary", "amount": 1, "unit": "working_day", "to": ["owner", "team"], "only_if": ""},
    {"stage": "overdue_2", "for": "ordinary", "amount": 3, "unit": "working_day", "to": ["manager"], "only_if": ""},
]  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a rung names, and as what."""

    membership: Any  # a Membership as ``to_remind`` fetches it
    role: str


# --- Its stages -----------------------------------------------------------------------------------


def occasion_of(due_at: datetime) -> str:
    """Return the name of the occasion that is due at ``due_at``: the microseconds since 1970."""
    return str((due_at - EPOCH) // timedelta(microseconds=1))


def stages(
    subject: UUID, due_at: datetime, *, urgent: bool, profile: PracticeProfile | None, occasion: str = ""
) -> Iterator[Planned]:
    """Yield the stages of what is due at ``due_at``, by the rungs of the profile's ladder for its kind.

    The occasion is that of ``due_at`` where none is given.
    """
    occasion = occasion or occasion_of(due_at)
    for row in profile.ladder if profile else PLAIN_LADDER:
        if (row["for"] == "urgent") == urgent:
            at = _moment(due_at, row, profile)
            yield Planned(subject=subject, stage=row["stage"], occasion=occasion, due_at=at, urgent=urgent)


def calendar_of(profile: PracticeProfile | None) -> Calendar:
    """Return the calendar that the ladder is counted by."""
    zone: Any = timezone.get_default_timezone()
    return profile.calendar if profile else Calendar(zone=zone)


def _moment(due_at: datetime, row: Mapping[str, Any], profile: PracticeProfile | None) -> datetime:
    if row["unit"] == Unit.HOUR:
        return due_at + timedelta(hours=row["amount"])
    calendar = calendar_of(profile)
    day = last_day(calendar.day_of(due_at), Period(row["amount"], Unit.WORKING_DAY), calendar)
    return calendar.at(day, MORNING)


# --- Its rungs ------------------------------------------------------------------------------------


def rungs(profile_id: int | None, stage: str) -> tuple[list[str], str]:
    """Return whom a stage is for, and on what condition."""
    if told := reminders.escalation(stage):
        return ["manager" if told == reminders.UNREACHABLE else ADMINISTRATOR], ""
    # The ladder alone: a profile's terms and codes are long, and this is asked for every stage.
    found = PracticeProfile.objects.filter(pk=profile_id or 0).values_list("ladder", flat=True)
    ladder = once(("ladder", profile_id), found.first)
    rows = [row for row in (PLAIN_LADDER if ladder is None else ladder) if row["stage"] == stage]
    return (list(rows[0]["to"]), str(rows[0]["only_if"])) if rows else (["owner"], "")


def people() -> MembershipQuerySet:
    """Return whom reminders may name: live memberships of active accounts, with what telling them asks."""
    return Membership.objects.to_remind(timezone.localdate())


def named(rung: str, *, team_ids: Iterable[int], agency_id: int, lead_agency_id: int) -> Iterator[Candidate]:
    """Yield whom a rung names that is no person's own: the teams, those above them, and the administrators."""
    live = people()
    if rung == "team":
        # By the key of each: a join with their teams would cut what stands beside the row down to one.
        found = working_in(Membership.objects.filter(teams__in=list(team_ids)))
    elif rung == "manager":
        found = live.filter(agency=agency_id).holding(Can.MANAGE_WORK)
    elif rung == "partnership_lead":
        found = live.filter(agency__in={agency_id, lead_agency_id}).holding(Can.LEAD_SAFEGUARDING)
    else:
        found = live.holding(Can.CONFIGURE) if rung == ADMINISTRATOR else live.none()
    yield from (Candidate(each, rung) for each in found)


def with_deputies(memberships: Iterable[Any]) -> Iterator[Candidate]:
    """Yield the owners ``memberships``, and of those who are away the deputies."""
    for membership in memberships:
        yield Candidate(membership, "owner")
        if membership.is_away:
            today = timezone.localdate()
            absences = Absence.objects.filter(membership=membership, first_day__lte=today, last_day__gte=today)
            deputies = people().filter(pk__in=absences.values("deputy"))
            yield from (Candidate(each, "deputy") for each in deputies)


def working_in(memberships: MembershipQuerySet) -> MembershipQuerySet:
    """Return those of ``memberships`` whom reminders may name and who work with cases."""
    return people().holding(Can.WORK_CASES).filter(pk__in=memberships.values("pk"))


@dataclass(frozen=True)
class Reached:
    """Who is told and who is not, and as what: the rungs named, or the first further one that reaches somebody."""

    told: list[Recipient]
    refused: list[Recipient]
    rung: str = ""

    @property
    def outcome(self) -> str:
        """Return in a few words what became of the stage."""
        outcome = f"told as {self.rung}: {len(self.told)}" if self.told else "nobody could be told"
        return outcome + (f"; not told: {len(self.refused)}" if self.refused else "")

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Return everybody who was named."""
        return (*self.told, *self.refused)


def reach(
    rungs: list[str], naming: Callable[[str], Iterable[Candidate]], refusal: Callable[[Candidate], str]
) -> Reached:
    """Return whom ``rungs`` reach: whom ``naming`` names for them, without those for whom ``refusal`` gives a reason.

    Where they reach nobody each further rung is asked, until one does.
    """
    told, refused = _sorted([each for rung in rungs for each in naming(rung)], refusal)
    if told:
        return Reached(told, refused, " ".join(rungs))
    start = max((FURTHER.index(rung) for rung in rungs if rung in FURTHER), default=0) + 1
    for rung in FURTHER[start:]:
        told, more = _sorted(list(naming(rung)), refusal)
        refused += more
        if told:
            return Reached(told, refused, rung)
    return Reached([], refused)


def _sorted(
    candidates: list[Candidate], refusal: Callable[[Candidate], str]
) -> tuple[list[Recipient], list[Recipient]]:
    told: dict[int, Recipient] = {}
    refused: dict[int, Recipient] = {}
    for each in candidates:
        reason = refusal(each)
        (refused if reason else told).setdefault(each.membership.user_id, _recipient(each, reason))
    return list(told.values()), [each for user, each in refused.items() if user not in told]


def acting_as(membership: Any) -> Acting:
    """Return the member, as ``to_remind`` fetches them, acting under their membership."""
    places = {"team_ids": membership.live_teams, "group_ids": membership.live_groups}
    return acting_under(membership, membership.user, Origin(channel="worker"), **places)


def sees(membership: Any, rows: Callable[[Acting], QuerySet[Any]]) -> bool:
    """Return whether the member sees any of ``rows`` now: asked as that person, through both locks."""
    by = acting_as(membership)
    row_security.apply(by.row_security())
    try:
        return rows(by).exists()
    finally:
        row_security.apply(row_security.NOBODY)


def _recipient(candidate: Candidate, refused: str) -> Recipient:
    membership = candidate.membership
    rules = getattr(membership.agency, "reminder_rules", None) or ReminderRules()
    choice = getattr(membership, "reminder_choice", None) or ReminderChoice()
    return Recipient(
        user_id=membership.user_id,
        membership=membership.uuid,
        agency_id=membership.agency_id,
        role=candidate.role,
        email=membership.user.email,
        phone=membership.user.phone if choice.sms and rules.allows_sms else "",
        digest_at=rules.digest_at if choice.digest and rules.allows_digest else None,
        refused=refused,
        **_own_page(candidate.role),
    )


def _own_page(role: str) -> dict[str, str]:
    """Return what those read, or open, who are told without seeing the case."""
    if role == ADMINISTRATOR:  # no case content, not even its reference
        title = str(_("A reminder reaches nobody: look at the reminders in operation"))
        return {"title": title, "path": reverse("agencies:reminder_operations")}
    return {"path": reverse("cases:emergency")} if role == "duty" else {}
