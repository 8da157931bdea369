"""Who is reminded of a deadline, when: the profile's ladder, and the checks made again when a reminder is sent.

Runs as the worker, without a reader of its own: it asks for each recipient as that person, so nobody is told
of what they could not open at that moment.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from agencies.models import Membership, PracticeProfile, Team
from cases import access_deadlines, beyond_sight, ladder
from cases.beyond_sight import Due
from cases.ladder import Candidate, occasion_of
from cases.models import Deadline
from safeguard.notifications import reminders, texts
from safeguard.notifications.obligations import ADMINISTRATOR, Planned, Resolution

KIND = "deadline"
GONE = "it is there no longer"

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


def plan(deadline: Deadline) -> None:
    """Write the stages of ``deadline`` in the caller's transaction."""
    found = ladder.stages(deadline.uuid, deadline.due_at, urgent=deadline.urgent, profile=deadline.case.profile)
    reminders.plan(KIND, found)


class DeadlineReminders:
    """Deadlines as the reminders' machine asks about them."""

    def resolve(self, subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return whom the stage reaches now."""
        due = beyond_sight.due(subject)
        if due is None or (reason := _moot(due, occasion)):
            return Resolution(outcome=GONE if due is None else reason)
        rungs, only_if = ladder.rungs(due.profile_id, stage)
        if only_if == "unacknowledged" and reminders.is_acknowledged(subject, occasion, since=due.due_at):
            return Resolution(outcome="somebody has read the reminder: nobody else was told")
        reached = ladder.reach(rungs, partial(_named, due), partial(_refusal, due))
        return Resolution(
            outcome=reached.outcome,
            title=_title(due, stage),
            path=reverse("cases:deadline", args=[due.case_uuid, due.uuid]),
            recipients=reached.recipients,
        )

    def why_not(self, subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        due = beyond_sight.due(subject)
        if due is None or (reason := _moot(due, occasion)):
            return GONE if due is None else reason
        found = ladder.people().filter(uuid=membership, user_id=user_id).first()
        if found is None:
            return "their membership has ended"
        return _refusal(due, Candidate(found, role))

    def unplanned(self, most: int) -> Iterable[Planned]:
        """Return the stages of running deadlines that have none."""
        profiles = {each.pk: each for each in PracticeProfile.objects.all()}
        for subject, due_at, urgent, profile_id in beyond_sight.unplanned_deadlines(most):
            profile = profiles.get(profile_id or 0)
            yield from ladder.stages(subject, due_at, urgent=urgent, profile=profile)


def _moot(due: Due, occasion: str) -> str:
    if not due.is_running:
        return "it is done, replaced or not needed"
    if not due.case_is_open:
        return "the case is closed"
    return "" if occasion_of(due.due_at) == occasion else "its day has moved"


def _named(due: Due, rung: str) -> Iterator[Candidate]:
    if rung == "owner" and due.person_id:
        own = ladder.people().filter(user=due.person_id, agency=due.agency_id)
        yield from ladder.with_deputies(own[:1])
    elif rung == "duty":
        rota = Membership.objects.filter(teams__in=_duty_desks(due))
        yield from (Candidate(each, rung) for each in ladder.working_in(rota))
    else:  # "deputy" has come with the owner
        rung = "team" if rung == "owner" else rung
        places = {"agency_id": due.agency_id, "lead_agency_id": due.lead_agency_id}
        yield from ladder.named(rung, team_ids=[due.team_id], **places)


def _duty_desks(due: Due) -> QuerySet[Team]:
    """Return who answers out of hours: the team that a restricted case names, else the agency's duty desks."""
    active = Team.objects.filter(is_active=True)
    named = active.filter(pk=due.duty_team_id or 0)
    return named if named.exists() else active.filter(kind=Team.Kind.DUTY, agency=due.agency_id)


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
    sees = access_deadlines.sees_as(ladder.acting_as(membership), due.uuid)
    return "" if sees else "they have no access to the case"


def _title(due: Due, stage: str) -> str:
    code = "undelivered"
    if not reminders.escalation(stage):
        code = ("urgent_" if due.urgent else "") + ("overdue" if due.due_at < timezone.now() else "due")
    code = f"{KIND}_{code}"
    words = {"case": f"{due.reference[:4]}-{due.reference[4:]}", "day": date_format(timezone.localtime(due.due_at))}
    return texts.filled(code, texts.texts()[code], words)
