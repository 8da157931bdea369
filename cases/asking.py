"""Who is reminded of what was asked: to confirm that an entry was read, to answer, to contribute to a meeting.

Such requests climb the same ladder as deadlines. Their stages are written by the transaction that asks; whether
the answer is still wanted, and whether each person may still see that it was asked, is looked at when they are told.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import PracticeProfile
from cases import beyond_sight, ladder
from cases.beyond_sight import Asked
from cases.ladder import Candidate
from cases.models import Case, EntryReceipt, Meeting, MeetingSeat, Thread, ThreadAsked, TimelineEntry
from safeguard.common.batch import once
from safeguard.common.clocks import Period, Unit, end_of_period
from safeguard.notifications import obligations, reminders, texts
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Resolution

# How soon an agency should have confirmed that it has read an entry: whoever asks names no day there.
READ_WITHIN = Period(2, Unit.WORKING_DAY)
NOT_WANTED = "it is answered, or wanted no longer"
# A request is a team's or agency's, and no person's own.
OF_TEAM = {"owner": "team", "deputy": "team"}


@dataclass(frozen=True)
class Asking:
    """One kind of request: its name, the page that answers it, and whether its row ``pk`` is among those seen."""

    kind: str
    route: str
    row: Callable[[Acting, int], QuerySet[Any]]

    # --- Planned by the transaction that asks -----------------------------------------------------

    def plan(self, pks: Collection[int], case: Case, due_on: date | None) -> None:
        """Write the stages to come of the requests ``pks``, wanted by the end of ``due_on``, None for the usual."""
        if not pks:
            return
        now, profile = timezone.now(), case.profile
        found = [each for pk in pks for each in self._stages(pk, _due_at(now, due_on, profile), profile)]
        reminders.plan(self.kind, [each for each in found if each.due_at > now])

    def unplanned(self, most: int) -> Iterator[Planned]:
        """Yield the stages of requests that have none."""
        profiles = {each.pk: each for each in PracticeProfile.objects.all()}
        for pk in beyond_sight.unplanned_requests(self.kind, most):
            found = beyond_sight.asked(self.kind, pk)
            if found is not None:
                profile = profiles.get(found.profile_id or 0)
                yield from self._stages(pk, _due_at(found.asked_at, found.due_on, profile), profile)

    def _stages(self, pk: int, due_at: datetime, profile: PracticeProfile | None) -> Iterator[Planned]:
        return ladder.stages(self.key(pk), due_at, urgent=False, profile=profile, occasion=str(pk))

    def key(self, pk: int) -> UUID:
        """Return the key under which its reminders are kept, as ``cases_request_key`` makes it.

        Not that of the entry, discussion or meeting: whoever knows those need not know that this team was asked.
        """
        return UUID(hashlib.md5(f"{self.kind}:{pk}".encode(), usedforsecurity=False).hexdigest())

    # --- Worked out, and asked again when it is told ----------------------------------------------

    def resolve(self, _subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return whom the stage reaches now; nobody where it is answered."""
        found = beyond_sight.asked(self.kind, int(occasion))
        if found is None or not found.is_wanted:
            return Resolution(outcome=NOT_WANTED)
        rungs, _only_if = ladder.rungs(found.profile_id, stage)
        own = list(dict.fromkeys(OF_TEAM.get(rung, rung) for rung in rungs))
        reached = ladder.reach(own, partial(_named, found), partial(self._refusal, found))
        return Resolution(
            outcome=reached.outcome,
            title=self._title(found, stage),
            path=reverse(self.route, args=[found.case_uuid, found.about]),
            recipients=reached.recipients,
        )

    def why_not(self, _subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        found = beyond_sight.asked(self.kind, int(occasion))
        if found is None or not found.is_wanted:
            return NOT_WANTED
        live = ladder.people().filter(uuid=membership, user_id=user_id).first()
        return self._refusal(found, Candidate(live, role)) if live else "their membership has ended"

    def _refusal(self, asked: Asked, candidate: Candidate) -> str:
        membership = candidate.membership
        if membership.user_id in asked.excluded:
            return "they have no access to the case"
        if candidate.role == ADMINISTRATOR:
            return ""  # told that a reminder reaches nobody, and not of what
        if membership.is_away:
            return "they are away"
        sees = ladder.sees(membership, lambda by: self.row(by, asked.pk))
        return "" if sees else "they have no access to what was asked"

    def _title(self, asked: Asked, stage: str) -> str:
        found = PracticeProfile.objects.filter(pk=asked.profile_id or 0)
        profile = once(("profile", asked.profile_id), found.first)
        due_at = _due_at(asked.asked_at, asked.due_on, profile)
        code = f"{self.kind}_{'overdue' if due_at < timezone.now() else 'due'}"
        if reminders.escalation(stage):
            code = UNDELIVERED.code
        words = {
            "case": f"{asked.reference[:4]}-{asked.reference[4:]}",
            "day": date_format(ladder.calendar_of(profile).day_of(due_at)),
        }
        return texts.filled(code, texts.texts()[code], words)


def _named(asked: Asked, rung: str) -> Iterator[Candidate]:
    places = {"agency_id": asked.agency_id, "lead_agency_id": asked.lead_agency_id}
    return ladder.named(rung, team_ids=asked.team_ids, **places)


def _due_at(asked_at: datetime, due_on: date | None, profile: PracticeProfile | None) -> datetime:
    calendar = ladder.calendar_of(profile)
    return calendar.end_of(due_on) if due_on else end_of_period(asked_at, READ_WITHIN, calendar)


# A request is seen where what it is about is, and the part in the case of the team that was asked.
RECEIPT = Asking("receipt", "cases:entry", lambda by, pk: TimelineEntry.objects.visible_to(by).filter(receipts=pk))
ANSWER = Asking("answer", "cases:thread", lambda by, pk: ThreadAsked.objects.visible_to(by).filter(pk=pk))
CONTRIBUTION = Asking("contribution", "cases:meeting", lambda by, pk: MeetingSeat.objects.visible_to(by).filter(pk=pk))


# --- What they read, which an administrator can adapt ---------------------------------------------


def _text(code: str, kind: str | Promise, label: str | Promise, default: str | Promise) -> texts.Text:
    return texts.Text(
        code=code,
        kind=kind,
        label=label,
        default=default,
        words={"case": "1234-5678", "day": _("3 December 2026")},
        needed=frozenset({"case"}),
        one_line=True,
    )


BEFORE, AFTER = _("Before the day, and on it"), _("When the day has passed")
READING, ANSWERING, CONTRIBUTING = _("Entries to confirm"), _("Questions"), _("Contributions to meetings")
UNDELIVERED = _text(
    "request_undelivered",
    _("Entries to confirm, questions and contributions"),
    _("To the manager, when a reminder could not be delivered"),
    _("A reminder could not be delivered: something is wanted by {day} on case {case}"),
)
TITLES = (
    _text("receipt_due", READING, BEFORE, _("Please read an entry and confirm it by {day}: case {case}")),
    _text("receipt_overdue", READING, AFTER, _("Overdue since {day}: an entry to read and confirm, case {case}")),
    _text("answer_due", ANSWERING, BEFORE, _("An answer is wanted by {day}: a discussion on case {case}")),
    _text("answer_overdue", ANSWERING, AFTER, _("Overdue since {day}: an answer in a discussion on case {case}")),
    _text("contribution_due", CONTRIBUTING, BEFORE, _("A contribution is wanted by {day}: a meeting on case {case}")),
    _text(
        "contribution_overdue",
        CONTRIBUTING,
        AFTER,
        _("Overdue since {day}: a contribution to a meeting on case {case}"),
    ),
    UNDELIVERED,
)


def register() -> None:
    """Make the three kinds, and what they say, known to the reminders."""
    for each in (RECEIPT, ANSWER, CONTRIBUTION):
        obligations.register(each.kind, each)
    for title in TITLES:
        texts.register(title)


# --- Called by the actions that ask ---------------------------------------------------------------


def receipt_asked(case: Case, receipt: EntryReceipt) -> None:
    """Write the stages of a request to confirm that an entry was read."""
    RECEIPT.plan([receipt.pk], case, None)


def answers_asked(case: Case, thread: Thread, asked: Iterable[ThreadAsked]) -> None:
    """Write the stages of the answers that ``thread`` wants; none where it names no day."""
    if thread.answer_by:
        ANSWER.plan([each.pk for each in asked], case, thread.answer_by)


def contributions_asked(case: Case, meeting: Meeting, seats: Iterable[MeetingSeat]) -> None:
    """Write the stages of the contributions that ``meeting`` wants; none where it names no day."""
    if meeting.contributions_by:
        CONTRIBUTION.plan([each.pk for each in seats if each.asked], case, meeting.contributions_by)
