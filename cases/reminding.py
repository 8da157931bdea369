"""Who is reminded of a deadline, when: the profile's ladder, and the checks made again when a reminder is sent.

Runs as the worker, without a reader of its own: it asks for each recipient as that person, so nobody is told
of what they could not open at that moment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.acting import acting_under
from agencies.models import Absence, Membership, PracticeProfile, ReminderChoice, ReminderRules, Team
from agencies.querysets import MembershipQuerySet
from agencies.roles import Can
from cases import beyond_sight
from cases.beyond_sight import Due
from cases.models import Deadline
from safeguard.audit.actor import Origin
from safeguard.common import row_security
from safeguard.common.clocks import Calendar, Period, Unit, last_day
from safeguard.notifications import reminders, texts
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Recipient, Resolution

KIND = "deadline"
# The hour at which ordinary reminders of a day go out.
MORNING = time(9)
GONE = "it is there no longer"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Where a rung reaches nobody the next one is asked, and after the last the administrators.
FURTHER = ("owner", "team", "manager", "partnership_lead", ADMINISTRATOR)
# For what was agreed in a case that has no profile.
PLAIN_LADDER: list[dict[str, Any]] = [
    {"stage": "due_day", "for": "ordinary", "amount": 0, "unit": "working_day", "to": ["owner"], "only_if": ""},
    {"stage": "late", "for": "ordinary", "amount": 1, "unit": "working_day", "to": ["owner", "team"], "only_if": ""},
    {"stage": "overdue_2", "for": "ordinary", "amount": 3, "unit": "working_day", "to": ["manager"], "only_if": ""},
]  # fmt: skip

# Their titles, which an administrator can adapt.
TITLES = tuple(
    texts.Text(
        code=f"{KIND}_{code}",
        kind=gettext_lazy("Deadlines"),
        label=label,
        default=default,
        words={"case": "1234-5678", "day": gettext_lazy("3 December 2026")},
        needed=frozenset({"case"}),
        one_line=True,
    )
    for code, label, default in (
        ("due", gettext_lazy("Before the day, and on it"), gettext_lazy("Due {day}: case {case}")),
        ("overdue", gettext_lazy("When the day has passed"), gettext_lazy("Overdue since {day}: case {case}")),
        ("urgent_due", gettext_lazy("Urgent, before its time"), gettext_lazy("URGENT, due {day}: case {case}")),
        (
            "urgent_overdue",
            gettext_lazy("Urgent, when its time has passed"),
            gettext_lazy("URGENT, overdue since {day}: case {case}"),
        ),
        (
            "undelivered",
            gettext_lazy("To the manager, when a reminder could not be delivered"),
            gettext_lazy("A reminder could not be delivered: case {case}, due {day}"),
        ),
    )
)


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a rung names, and as what."""

    membership: Any  # a Membership as ``to_remind`` fetches it
    role: str


def occasion_of(due_at: datetime) -> str:
    """Return the name of the occasion that is due at ``due_at``: the microseconds since 1970."""
    return str((due_at - EPOCH) // timedelta(microseconds=1))


def plan(deadline: Deadline) -> None:
    """Write the stages of ``deadline`` in the caller's transaction."""
    profile = deadline.case.profile
    ladder = profile.ladder if profile else PLAIN_LADDER
    reminders.plan(KIND, stages(deadline.uuid, deadline.due_at, urgent=deadline.urgent, ladder=ladder, profile=profile))


def stages(
    subject: UUID,
    due_at: datetime,
    *,
    urgent: bool,
    ladder: Iterable[Mapping[str, Any]],
    profile: PracticeProfile | None,
) -> Iterator[Planned]:
    """Yield the stages of what is due at ``due_at``, by the ladder's rungs for its kind."""
    for row in ladder:
        if (row["for"] == "urgent") == urgent:
            at = _moment(due_at, row, profile)
            yield Planned(subject=subject, stage=row["stage"], occasion=occasion_of(due_at), due_at=at, urgent=urgent)


def _moment(due_at: datetime, row: Mapping[str, Any], profile: PracticeProfile | None) -> datetime:
    if row["unit"] == Unit.HOUR:
        return due_at + timedelta(hours=row["amount"])
    calendar = profile.calendar if profile else _plain_calendar()
    day = last_day(calendar.day_of(due_at), Period(row["amount"], Unit.WORKING_DAY), calendar)
    return calendar.at(day, MORNING)


def _plain_calendar() -> Calendar:
    zone: Any = timezone.get_default_timezone()
    return Calendar(zone=zone)


class DeadlineReminders:
    """Deadlines as the reminders' machine asks about them."""

    def resolve(self, subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return whom the stage reaches now."""
        due = beyond_sight.due(subject)
        if due is None or (reason := _moot(due, occasion)):
            return Resolution(outcome=GONE if due is None else reason)
        rungs, only_if = _rungs(due, stage)
        if only_if == "unacknowledged" and reminders.is_acknowledged(subject, occasion, since=due.due_at):
            return Resolution(outcome="somebody has read the reminder: nobody else was told")
        told, refused, reached = _reach(due, rungs)
        outcome = f"told as {reached}: {len(told)}" if told else "nobody could be told"
        return Resolution(
            outcome=outcome + (f"; not told: {len(refused)}" if refused else ""),
            title=_title(due, stage),
            path=reverse("cases:deadline", args=[due.case_uuid, due.uuid]),
            recipients=(*told, *refused),
        )

    def why_not(self, subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        due = beyond_sight.due(subject)
        if due is None or (reason := _moot(due, occasion)):
            return GONE if due is None else reason
        found = _people().filter(uuid=membership, user_id=user_id).first()
        if found is None:
            return "their membership has ended"
        return _refusal(due, Candidate(found, role))

    def unplanned(self, most: int) -> Iterable[Planned]:
        """Return the stages of running deadlines that have none."""
        profiles = {each.pk: each for each in PracticeProfile.objects.all()}
        for subject, due_at, urgent, profile_id in beyond_sight.unplanned_deadlines(most):
            profile = profiles.get(profile_id or 0)
            ladder = profile.ladder if profile else PLAIN_LADDER
            yield from stages(subject, due_at, urgent=urgent, ladder=ladder, profile=profile)


def _moot(due: Due, occasion: str) -> str:
    if not due.is_running:
        return "it is done, replaced or not needed"
    if not due.case_is_open:
        return "the case is closed"
    return "" if occasion_of(due.due_at) == occasion else "its day has moved"


def _rungs(due: Due, stage: str) -> tuple[list[str], str]:
    if told := reminders.escalation(stage):
        return ["manager" if told == reminders.UNREACHABLE else ADMINISTRATOR], ""
    # The ladder alone: a profile's terms and codes are long, and this is asked for every stage.
    ladder = PracticeProfile.objects.filter(pk=due.profile_id or 0).values_list("ladder", flat=True).first()
    rows = [row for row in (PLAIN_LADDER if ladder is None else ladder) if row["stage"] == stage]
    return (list(rows[0]["to"]), str(rows[0]["only_if"])) if rows else (["owner"], "")


def _reach(due: Due, rungs: list[str]) -> tuple[list[Recipient], list[Recipient], str]:
    """Return who is told and who is not, and as what: the rungs named, then each further one until somebody is."""
    told, refused = _sorted(due, [each for rung in rungs for each in _named(due, rung)])
    if told:
        return told, refused, " ".join(rungs)
    start = max((FURTHER.index(rung) for rung in rungs if rung in FURTHER), default=0) + 1
    for rung in FURTHER[start:]:
        told, more = _sorted(due, list(_named(due, rung)))
        refused += more
        if told:
            return told, refused, rung
    return [], refused, ""


def _named(due: Due, rung: str) -> Iterator[Candidate]:
    live = _people()
    if rung == "owner" and due.person_id:
        yield from _with_deputies(live.filter(user=due.person_id, agency=due.agency_id)[:1])
    elif rung in ("owner", "team"):  # "deputy" has come with the owner
        team = Membership.objects.filter(teams=due.team_id)
        yield from (Candidate(each, "team") for each in live.holding(Can.WORK_CASES).filter(pk__in=team.values("pk")))
    elif rung == "manager":
        yield from (Candidate(each, rung) for each in live.filter(agency=due.agency_id).holding(Can.MANAGE_WORK))
    elif rung == "partnership_lead":
        leads = live.filter(agency__in={due.agency_id, due.lead_agency_id}).holding(Can.LEAD_SAFEGUARDING)
        yield from (Candidate(each, rung) for each in leads)
    elif rung == "duty":
        rota = Membership.objects.filter(teams__in=_duty_desks(due))
        yield from (Candidate(each, rung) for each in live.holding(Can.WORK_CASES).filter(pk__in=rota.values("pk")))
    elif rung == ADMINISTRATOR:
        yield from (Candidate(each, rung) for each in live.holding(Can.CONFIGURE))


def _duty_desks(due: Due) -> QuerySet[Team]:
    """Return who answers out of hours: the team that a restricted case names, else the agency's duty desks."""
    active = Team.objects.filter(is_active=True)
    named = active.filter(pk=due.duty_team_id or 0)
    return named if named.exists() else active.filter(kind=Team.Kind.DUTY, agency=due.agency_id)


def _people() -> MembershipQuerySet:
    return Membership.objects.to_remind(timezone.localdate())


def _with_deputies(memberships: Iterable[Any]) -> Iterator[Candidate]:
    for membership in memberships:
        yield Candidate(membership, "owner")
        if membership.is_away:
            today = timezone.localdate()
            absences = Absence.objects.filter(membership=membership, first_day__lte=today, last_day__gte=today)
            yield from (Candidate(each, "deputy") for each in _people().filter(pk__in=absences.values("deputy")))


def _sorted(due: Due, candidates: list[Candidate]) -> tuple[list[Recipient], list[Recipient]]:
    told: dict[int, Recipient] = {}
    refused: dict[int, Recipient] = {}
    for each in candidates:
        reason = _refusal(due, each)
        (refused if reason else told).setdefault(each.membership.user_id, _recipient(each, reason))
    return list(told.values()), [each for user, each in refused.items() if user not in told]


def _refusal(due: Due, candidate: Candidate) -> str:
    """Return why this person may not be told now; empty where they may."""
    membership = candidate.membership
    if membership.user_id in due.excluded:
        return "they have no access to the case"
    if candidate.role == ADMINISTRATOR:
        return ""  # told that a reminder reaches nobody, and not of the case
    if membership.is_away:
        return "they are away"
    if candidate.role == "duty":
        return ""  # the reference alone: they take emergency access where they must
    return "" if sees(membership, due.uuid) else "they have no access to the case"


def sees(membership: Any, subject: UUID) -> bool:
    """Return whether the member can see the deadline now: asked as that person, through both locks."""
    places = {"team_ids": membership.live_teams, "group_ids": membership.live_groups}
    by = acting_under(membership, membership.user, Origin(channel="worker"), **places)
    row_security.apply(by.row_security())
    try:
        return Deadline.objects.visible_to(by).filter(uuid=subject).exists()
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


def _title(due: Due, stage: str) -> str:
    code = "undelivered"
    if not reminders.escalation(stage):
        code = ("urgent_" if due.urgent else "") + ("overdue" if due.due_at < timezone.now() else "due")
    code = f"{KIND}_{code}"
    words = {"case": f"{due.reference[:4]}-{due.reference[4:]}", "day": date_format(timezone.localtime(due.due_at))}
    return texts.filled(code, texts.texts()[code], words)
