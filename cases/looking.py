"""Who is reminded that a concern waits to be looked at: the team it was brought to, then its managers.

Its stages are written by the transaction that saves the concern. Whether it still waits, and whether each person
may still see it, is looked at when they are told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies import desks
from cases import beyond_sight, ladder
from cases.beyond_sight import Waiting
from cases.chase import LOOKED_AT_WITHIN
from cases.ladder import Candidate
from cases.models import Concern
from safeguard.common.workdays import add_working_days
from safeguard.notifications import obligations, reminders, texts
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Resolution

KIND = "concern_look"
DUE, LATE = "look_due", "look_late"
RUNGS = {DUE: ladder.TEAM, LATE: ladder.TEAM_AND_MANAGERS}
LOOKED_AT = "it has been looked at"
# What must be looked at within hours goes out at once, whatever somebody chose.
SHORT = max(LOOKED_AT_WITHIN.values())


def plan(concern: Concern) -> None:
    """Write the stages of ``concern`` in the caller's transaction; none where nobody is asked to look at it."""
    if concern.look_due_at:
        reminders.plan(KIND, _stages(concern.uuid, timezone.now(), concern.look_due_at))


class LookReminders:
    """Concerns that wait to be looked at, as the reminders' machine asks about them."""

    def resolve(self, subject: UUID, stage: str, _occasion: str) -> Resolution:
        """Return whom the stage reaches now; nobody where somebody has looked."""
        found = beyond_sight.waiting_concern(subject)
        if found is None or not found.is_waiting:
            return Resolution(outcome=LOOKED_AT)
        rungs = RUNGS.get(stage) or ladder.rungs(None, stage)[0]
        reached = ladder.reach(rungs, partial(_named, found), partial(_refusal, found))
        return Resolution(
            outcome=reached.outcome,
            title=_title(found, stage),
            path=reverse("cases:concern", args=[subject]),
            recipients=reached.recipients,
        )

    def why_not(self, subject: UUID, _occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        found = beyond_sight.waiting_concern(subject)
        if found is None or not found.is_waiting:
            return LOOKED_AT
        live = ladder.people().filter(uuid=membership, user_id=user_id).first()
        return _refusal(found, Candidate(live, role)) if live else "their membership has ended"

    def unplanned(self, most: int) -> Iterable[Planned]:
        """Return the stages of waiting concerns that have none."""
        for subject, came, due_at in beyond_sight.unplanned_looks(most):
            yield from _stages(subject, came, due_at)


def _stages(subject: UUID, came: datetime, due_at: datetime) -> Iterator[Planned]:
    """Yield when the time to look is over, and when it is over by as much again: by a working day at least."""
    urgent = due_at - came <= SHORT
    day = add_working_days(timezone.localdate(due_at), 1)
    again = due_at + (due_at - came) if urgent else ladder.calendar_of(None).at(day, ladder.MORNING)
    for stage, at in ((DUE, due_at), (LATE, again)):
        occasion = ladder.occasion_of(due_at)
        yield Planned(subject=subject, stage=stage, occasion=occasion, due_at=at, urgent=urgent)


def _named(waiting: Waiting, rung: str) -> Iterator[Candidate]:
    if rung == "team":  # in it, whoever answers concerns
        answering = {member.pk for team in waiting.team_ids for member in desks.who_answer(team)}
        yield from (Candidate(each, rung) for each in ladder.people().filter(pk__in=answering))
    else:
        places = {"agency_id": waiting.agency_id, "lead_agency_id": waiting.agency_id}
        yield from ladder.named(rung, team_ids=waiting.team_ids, **places)


def _refusal(waiting: Waiting, candidate: Candidate) -> str:
    if candidate.role == ADMINISTRATOR:
        return ""  # told that a reminder reaches nobody, and not of what
    if candidate.membership.is_away:
        return "they are away"
    sees = ladder.sees(candidate.membership, lambda by: Concern.objects.visible_to(by).filter(pk=waiting.pk))
    return "" if sees else "they may not see the concern"


def _title(waiting: Waiting, stage: str) -> str:
    code = f"{KIND}_undelivered" if reminders.escalation(stage) else f"{KIND}_overdue"
    due = timezone.localtime(waiting.due_at)
    return texts.filled(code, texts.texts()[code], {"time": date_format(due, "j F Y, H:i")})


def _text(code: str, label: str | Promise, default: str | Promise) -> texts.Text:
    return texts.Text(
        code=f"{KIND}_{code}",
        kind=_("Concerns to look at"),
        label=label,
        default=default,
        words={"time": _("3 December 2026, 14:30")},
        needed=frozenset(),
        one_line=True,
    )


TITLES = (
    _text(
        "overdue", _("When nobody has looked in time"), _("A concern waits: it should have been looked at by {time}")
    ),
    _text(
        "undelivered",
        _("To the manager, when a reminder could not be delivered"),
        _("A reminder could not be delivered: a concern waits to be looked at since {time}"),
    ),
)


def register() -> None:
    """Make the kind, and what it says, known to the reminders."""
    obligations.register(KIND, LookReminders())
    for title in TITLES:
        texts.register(title)
