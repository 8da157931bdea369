"""Who is reminded of what another agency was asked: those who answer for it, then its managers, without a name."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.models import PracticeProfile
from cases import ladder
from cases.ladder import Candidate
from referrals import beyond_sight
from referrals.beyond_sight import AskedCheck
from referrals.models import AgencyCheck, Referral
from referrals.querysets import ANSWERS_CHECKS
from safeguard.common.clocks import Period, Unit, end_of_period
from safeguard.notifications import obligations, reminders, texts
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Resolution

KIND = "agency_check"
# Where no clock of the decision is set, or it has passed.
WITHIN = Period(1, Unit.WORKING_DAY)
NOT_WANTED = "it is answered, or wanted no longer"


def answer_by(referral: Referral, now: datetime) -> datetime:
    """Return by when an answer helps: in time for the decision."""
    if referral.decide_by and referral.decide_by > now:
        return referral.decide_by
    return end_of_period(now, WITHIN, ladder.calendar_of(PracticeProfile.objects.current()))


def asked(check: AgencyCheck) -> None:
    """Write the stages of a check, in the transaction that asks."""
    now = timezone.now()
    reminders.plan(KIND, _stages(check.pk, check.answer_by, now, PracticeProfile.objects.current()))


class CheckReminders:
    """Checks as the reminders' machine asks about them."""

    def resolve(self, _subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return whom the stage reaches now; nobody where it is answered."""
        found = beyond_sight.asked_check(int(occasion))
        if found is None or not found.is_wanted:
            return Resolution(outcome=NOT_WANTED)
        profile = PracticeProfile.objects.current()
        rungs, _only_if = ladder.rungs(profile.pk if profile else None, stage)
        reached = ladder.reach(rungs, partial(_named, found), partial(_refusal, found))
        path = reverse("referrals:check_answer", args=[found.uuid])
        return Resolution(outcome=reached.outcome, title=_title(found, stage), path=path, recipients=reached.recipients)

    def why_not(self, _subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        found = beyond_sight.asked_check(int(occasion))
        if found is None or not found.is_wanted:
            return NOT_WANTED
        live = ladder.people().filter(uuid=membership, user_id=user_id).first()
        return _refusal(found, Candidate(live, role)) if live else "their membership has ended"

    def unplanned(self, most: int) -> Iterable[Planned]:
        """Return none: a check and its stages are written by one transaction."""
        return []


def _stages(pk: int, due_at: datetime, since: datetime, profile: PracticeProfile | None) -> list[Planned]:
    key = UUID(hashlib.md5(f"{KIND}:{pk}".encode(), usedforsecurity=False).hexdigest())
    found = list(ladder.stages(key, due_at, urgent=False, profile=profile, occasion=str(pk)))
    return [each for each in found if each.due_at > since] or found[-1:]


def _named(check: AskedCheck, rung: str) -> Iterator[Candidate]:
    if rung in {"owner", "team", "duty"}:
        for capability in sorted(ANSWERS_CHECKS):
            answering = ladder.people().filter(agency=check.agency_id).holding(capability)
            yield from (Candidate(each, "team") for each in answering)
    else:  # "deputy" has come with the owner
        yield from ladder.named(rung, team_ids=(), agency_id=check.agency_id, lead_agency_id=check.agency_id)


def _refusal(check: AskedCheck, candidate: Candidate) -> str:
    membership = candidate.membership
    if membership.user_id in check.excluded:
        return "they have no access to what was asked"
    if candidate.role == ADMINISTRATOR:
        return ""  # told that a reminder reaches nobody, and not of what
    if membership.is_away:
        return "they are away"
    mine = {"pk": check.pk, "agency": check.agency_id}
    sees = ladder.sees(membership, lambda by: AgencyCheck.objects.visible_to(by).filter(**mine))
    return "" if sees else "they have no access to what was asked"


def _title(check: AskedCheck, stage: str) -> str:
    code = f"{KIND}_{'overdue' if check.answer_by < timezone.now() else 'due'}"
    if reminders.escalation(stage):
        code = f"{KIND}_undelivered"
    words = {"agency": check.asked_for, "time": date_format(timezone.localtime(check.answer_by), "DATETIME_FORMAT")}
    return texts.filled(code, texts.texts()[code], words)


TITLES = tuple(
    texts.Text(
        code=f"{KIND}_{code}",
        kind=_("Checks that another agency asks for"),
        label=label,
        default=default,
        words={"agency": _("Northshire children’s services"), "time": _("3 December 2026, 16:00")},
        needed=frozenset({"agency"}),
        one_line=True,
    )
    for code, label, default in (
        ("due", _("Before its time"), _("{agency} asks your agency about a child: answer by {time}")),
        ("overdue", _("When its time has passed"), _("{agency} waits for your agency’s answer since {time}")),
        (
            "undelivered",
            _("To the manager, when a reminder could not be delivered"),
            _("A reminder could not be delivered: {agency} asks your agency about a child by {time}"),
        ),
    )
)


def register() -> None:
    """Make the kind, and what it says, known to the reminders."""
    obligations.register(KIND, CheckReminders())
    for title in TITLES:
        texts.register(title)
