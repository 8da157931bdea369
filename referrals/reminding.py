"""Who is reminded of a referral's clocks: acknowledge, decide, answer what triage asked, answer a challenge.

They climb the same ladder as deadlines. A referral is its receiver's queue's: whoever has it in triage is reminded,
else everybody in triage, then the managers. A question is its writer's, then their team's and their managers'. Nothing
here knows a child's name.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Membership, PracticeProfile, Team
from agencies.roles import Can
from cases import ladder
from cases.ladder import Candidate
from referrals import beyond_sight, clocks
from referrals.beyond_sight import Clock
from referrals.lifecycle import State
from referrals.models import Referral
from referrals.telling import FOR_MANAGERS
from safeguard.common.clocks import Period, Unit, end_of_period
from safeguard.notifications import obligations, reminders, texts
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Resolution

# How soon a question should be answered, where the profile has no REF_ANSWER: the clock of the decision runs on.
ANSWER, ANSWER_WITHIN = "REF_ANSWER", Period(1, Unit.WORKING_DAY)
# A proposal waits for a signature; from its second stage on a challenge is between managers.
OF_MANAGERS = frozenset({State.PROPOSED, *(f"challenge_{stage}" for stage in range(FOR_MANAGERS, 10))})
OVER = "it is done, or its time has moved"
HIGHEST = 1  # the priority that climbs the urgent ladder


@dataclass(frozen=True)
class Reminded:
    """One kind of clock: the page that it is about, whom a rung names, and when it is due for its moment."""

    kind: str
    route: str
    named: Callable[[Clock, str], Iterable[Candidate]]
    due_at: Callable[[datetime, PracticeProfile | None], datetime]

    # --- Planned by the transaction that starts the clock, or by the sweep ------------------------

    def stages(
        self, running: Iterable[tuple[Referral, datetime | None]], profile: PracticeProfile | None
    ) -> list[tuple[str, Planned]]:
        """Return the stages to come of ``running``: referrals, each with the moment of its clock; None for no clock."""
        now = timezone.now()
        return [
            (self.kind, each)
            for referral, moment in running
            if moment
            for each in self._stages(referral.pk, moment, now, urgent=referral.priority == HIGHEST, profile=profile)
        ]

    def unplanned(self, most: int) -> Iterator[Planned]:
        """Yield the stages of running clocks that have none."""
        profile = PracticeProfile.objects.current()
        for pk in beyond_sight.unplanned_clocks(self.kind, most):
            clock = beyond_sight.clock(self.kind, pk)
            if clock:
                yield from self._stages(pk, clock.moment, clock.since, urgent=clock.urgent, profile=profile)

    def _stages(
        self, pk: int, moment: datetime, since: datetime, *, urgent: bool, profile: PracticeProfile | None
    ) -> list[Planned]:
        """Return the stages after ``since``: what should have been said before there was a referral is not said."""
        due_at, occasion = self.due_at(moment, profile), occasion_of(pk, moment, urgent=urgent)
        found = list(ladder.stages(self.key(pk), due_at, urgent=urgent, profile=profile, occasion=occasion))
        return [each for each in found if each.due_at > since] or found[-1:]

    def key(self, pk: int) -> UUID:
        """Return the key under which its reminders are kept; the functions of migration 0011 make the same."""
        return UUID(hashlib.md5(f"{self.kind}:{pk}".encode(), usedforsecurity=False).hexdigest())

    # --- Worked out, and asked again when it is told ----------------------------------------------

    def resolve(self, subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return whom the stage reaches now; nobody where the clock does not run any more."""
        clock = self._running(occasion)
        if clock is None:
            return Resolution(outcome=OVER)
        profile = PracticeProfile.objects.current()
        rungs, only_if = ladder.rungs(profile.pk if profile else None, stage)
        due_at = self.due_at(clock.moment, profile)
        if only_if == "unacknowledged" and reminders.is_acknowledged(subject, occasion, since=due_at):
            return Resolution(outcome="somebody has read the reminder: nobody else was told")
        reached = ladder.reach(rungs, partial(self.named, clock), partial(_refusal, clock))
        return Resolution(
            outcome=reached.outcome,
            title=self._title(clock, stage, due_at),
            path=reverse(self.route, args=[clock.uuid]),
            recipients=reached.recipients,
        )

    def why_not(self, _subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        clock = self._running(occasion)
        if clock is None:
            return OVER
        live = ladder.people().filter(uuid=membership, user_id=user_id).first()
        return _refusal(clock, Candidate(live, role)) if live else "their membership has ended"

    def _running(self, occasion: str) -> Clock | None:
        clock = beyond_sight.clock(self.kind, int(occasion.partition(":")[0]))
        return clock if clock and clock.occasion == occasion else None

    def _title(self, clock: Clock, stage: str, due_at: datetime) -> str:
        code = f"{self.kind}_{'overdue' if due_at < timezone.now() else 'due'}"
        if reminders.escalation(stage):
            code = UNDELIVERED.code
        at = date_format(timezone.localtime(due_at), "DATETIME_FORMAT")
        words = {"referral": f"R {clock.reference[:4]} {clock.reference[4:]}", "time": at}
        said = texts.filled(code, texts.texts()[code], words)
        return gettext("URGENT: %(title)s") % {"title": said} if clock.urgent else said


def occasion_of(pk: int, moment: datetime, *, urgent: bool) -> str:
    """Return the name of the occasion: new where the clock's moment, or the ladder that it climbs, is another."""
    return f"{pk}:{ladder.occasion_of(moment)}:{'urgent' if urgent else 'ordinary'}"


# --- Whom a rung names ----------------------------------------------------------------------------


def _receiving(clock: Clock, rung: str) -> Iterator[Candidate]:
    agency = clock.to_agency_id
    triage = ladder.people().filter(agency=agency).holding(Can.TRIAGE)
    if rung == "owner" and clock.standing in OF_MANAGERS:
        yield from ladder.named(ladder.MANAGER, team_ids=(), agency_id=agency, lead_agency_id=agency)
    elif rung == "owner" and clock.held_by_id:
        yield from ladder.with_deputies(triage.filter(user=clock.held_by_id)[:1])
    elif rung == "duty":
        desks = Team.objects.filter(is_active=True, kind=Team.Kind.DUTY, agency=agency)
        rota = Membership.objects.filter(teams__in=desks)
        # As members of the team: they see the referral, and need no emergency access to it.
        yield from (Candidate(each, "team") for each in triage.filter(pk__in=rota.values("pk")))
    elif rung in {"owner", "team"}:
        yield from (Candidate(each, "team") for each in triage)
    else:  # "deputy" has come with the owner
        yield from ladder.named(rung, team_ids=(), agency_id=agency, lead_agency_id=agency)


def _referring(clock: Clock, rung: str) -> Iterator[Candidate]:
    agency = clock.from_agency_id
    if agency is None or clock.from_team_id is None:  # whoever has no account is asked nothing
        return
    if rung == "owner":
        yield from ladder.with_deputies(ladder.people().filter(user=clock.submitted_by_id, agency=agency)[:1])
    else:
        yield from ladder.named(rung, team_ids=[clock.from_team_id], agency_id=agency, lead_agency_id=agency)


def _refusal(clock: Clock, candidate: Candidate) -> str:
    membership = candidate.membership
    if membership.user_id in clock.excluded:
        return "they have no access to the referral"
    if candidate.role == ADMINISTRATOR:
        return ""  # told that a reminder reaches nobody, and not of what
    if membership.is_away:
        return "they are away"
    sees = ladder.sees(membership, lambda by: Referral.objects.visible_to(by).filter(pk=clock.pk))
    return "" if sees else "they have no access to the referral"


# --- The kinds, and what they say -----------------------------------------------------------------


def _as_set(moment: datetime, _profile: PracticeProfile | None) -> datetime:
    return moment


def _answer_by(moment: datetime, profile: PracticeProfile | None) -> datetime:
    ends = clocks.ends([ANSWER], moment)
    return ends.get(ANSWER) or end_of_period(moment, ANSWER_WITHIN, ladder.calendar_of(profile))


ACKNOWLEDGED = Reminded("referral_acknowledge", "referrals:triage", _receiving, _as_set)
DECIDED = Reminded("referral_decide", "referrals:triage", _receiving, _as_set)
ANSWERED = Reminded("referral_answer", "referrals:referral", _referring, _answer_by)
CHALLENGED = Reminded("referral_challenge", "referrals:triage", _receiving, _as_set)
# For whoever challenged: that they can go up a stage.
UNANSWERED = Reminded("referral_unanswered", "referrals:referral", _referring, _as_set)
KINDS = (ACKNOWLEDGED, DECIDED, ANSWERED, CHALLENGED, UNANSWERED)
BEFORE, AFTER = _("Before its time"), _("When its time has passed")


def _text(code: str, label: str | Promise, default: str | Promise) -> texts.Text:
    return texts.Text(
        code=code,
        kind=_("Referrals"),
        label=label,
        default=default,
        words={"referral": "R 1234 5678", "time": _("3 December 2026, 16:00")},
        needed=frozenset({"referral"}),
        one_line=True,
    )


UNDELIVERED = _text(
    "referral_undelivered",
    _("To the manager, when a reminder could not be delivered"),
    _("A reminder could not be delivered: referral {referral}, due {time}"),
)
TITLES = (
    _text("referral_acknowledge_due", BEFORE, _("Acknowledge referral {referral} by {time}")),
    _text("referral_acknowledge_overdue", AFTER, _("Overdue since {time}: acknowledge referral {referral}")),
    _text("referral_decide_due", BEFORE, _("Decide on referral {referral} by {time}")),
    _text("referral_decide_overdue", AFTER, _("Overdue since {time}: decide on referral {referral}")),
    _text("referral_answer_due", BEFORE, _("A question about your referral {referral} waits for an answer by {time}")),
    _text("referral_answer_overdue", AFTER, _("A question about your referral {referral} has waited since {time}")),
    _text("referral_challenge_due", BEFORE, _("Answer the challenge on referral {referral} by {time}")),
    _text("referral_challenge_overdue", AFTER, _("Overdue since {time}: answer the challenge on referral {referral}")),
    _text("referral_unanswered_due", BEFORE, _("Your challenge on referral {referral} should be answered by {time}")),
    _text(
        "referral_unanswered_overdue",
        AFTER,
        _("No answer since {time} to your challenge on referral {referral}: you can go up a stage"),
    ),
    UNDELIVERED,
)


def register() -> None:
    """Make the kinds, and what they say, known to the reminders."""
    for kind in KINDS:
        obligations.register(kind.kind, kind)
    for title in TITLES:
        texts.register(title)


# --- Called by the actions that start clocks ------------------------------------------------------


def clocks_started(referrals: Iterable[Referral], profile: PracticeProfile | None = None) -> None:
    """Write the stages of the clocks of ``referrals``, in the transaction that started or moved them.

    ``profile`` is the present one where the caller has it.
    """
    found, profile = list(referrals), profile or PracticeProfile.objects.current()
    acknowledge = ACKNOWLEDGED.stages(((each, _acknowledge_by(each)) for each in found), profile)
    reminders.plan_all(acknowledge + DECIDED.stages(((each, each.decide_by) for each in found), profile))


def question_asked(referral: Referral, asked_at: datetime) -> None:
    """Write the stages of a question to the referrer, in the transaction that asks it."""
    reminders.plan_all(ANSWERED.stages([(referral, asked_at)], PracticeProfile.objects.current()))


def challenged(referral: Referral, answer_by: datetime) -> None:
    """Write the stages of a challenge for both sides, in the transaction that raises it."""
    running, profile = [(referral, answer_by)], PracticeProfile.objects.current()
    reminders.plan_all(CHALLENGED.stages(running, profile) + UNANSWERED.stages(running, profile))


def _acknowledge_by(referral: Referral) -> datetime | None:
    return referral.acknowledge_by if referral.state == State.SUBMITTED else None
