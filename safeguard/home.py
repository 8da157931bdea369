"""The home page: what waits for a person, what changed last, what is due, and what they can do.

Each is a table: a page or a question with the capability that it asks for. Every count and list comes
through the door, so that nobody's home page tells more than the pages that it leads to.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.roles import ANSWER_CONCERNS, MERGE_RECORDS, Can
from cases import access, access_concerns, access_discussions, access_meetings, access_receipts, beyond_sight
from cases.access_sql import BY_ACTIVITY, BY_DUE, Order
from cases.models import Case
from referrals import access as referral_access


@dataclass(frozen=True)
class Task:
    """A link on the home page and why somebody would follow it; one of ``needs`` is enough, None is for everybody."""

    route: str
    text: str | Promise
    why: str | Promise
    needs: Can | frozenset[Can] | None = None

    def is_for(self, person: Acting) -> bool:
        """Return whether ``person`` may do this."""
        needs = frozenset([self.needs]) if isinstance(self.needs, Can) else self.needs
        return needs is None or bool(needs & person.capabilities)

    @property
    def href(self) -> str:
        """Return the page's address."""
        return reverse(self.route)


TASKS = (
    Task("cases:concern_log", _("Log a concern"), _("What you saw, heard or were told about a child"), Can.LOG_CONCERN),
    Task("cases:concerns", _("Your concerns"), _("What you logged, and what became of it"), Can.LOG_CONCERN),
    Task("cases:concern_queue", _("Concerns to answer"), _("What was brought to your team"), ANSWER_CONCERNS),
    Task("referrals:start", _("Refer a child"), _("Ask children’s social care to protect or help a child"), Can.REFER),
    Task(
        "referrals:mine", _("Your referrals"), _("What your team sent, how it stands and what was decided"), Can.REFER
    ),
    Task(
        "referrals:queue", _("Referrals to decide"), _("What your agency was sent, the most urgent first"), Can.TRIAGE
    ),
    Task(
        "referrals:checks",
        _("Questions to your agency"),
        _("What children’s social care asks before it decides on a referral"),
        frozenset({Can.LEAD_SAFEGUARDING, Can.MANAGE_WORK}),
    ),
    Task(
        "referrals:timeliness",
        _("How soon referrals are answered"),
        _("By agency and month: how many were acknowledged and decided in time"),
        frozenset({Can.ANALYSE, Can.MANAGE_WORK}),
    ),
    Task(
        "cases:match_queue",
        _("Records that may be of one child"),
        _("Found several times a day: compare both, and say whether it is the same child"),
        MERGE_RECORDS,
    ),
    Task("cases:list", _("Cases"), _("The children that your teams are involved with"), Can.WORK_CASES),
    Task(
        "cases:my_actions", _("My actions"), _("What you and your teams have agreed to do, and by when"), Can.WORK_CASES
    ),
    Task(
        "cases:my_threads",
        _("My discussions"),
        _("Where your teams’ answers are wanted, and what is new in those you take part in"),
        Can.WORK_CASES,
    ),
    Task(
        "cases:to_confirm",
        _("Entries to confirm"),
        _("What other agencies want your agency to have read"),
        Can.WORK_CASES,
    ),
    Task("cases:my_meetings", _("My meetings"), _("To which you or your teams are invited"), Can.WORK_CASES),
    Task("cases:open", _("Open a case"), _("Record a child and start the work with them"), Can.WORK_CASES),
    Task(
        "cases:emergency",
        _("Emergency access"),
        _("See a case at once, for four hours, when a child cannot wait"),
        Can.WORK_CASES,
    ),
    Task(
        "cases:emergency_reviews",
        _("Emergency access to review"),
        _("Who took it, to which case and why"),
        Can.GOVERN_INFORMATION,
    ),
    Task("agencies:people", _("People"), _("Who works in your agency, invitations and leavers"), Can.MANAGE_PEOPLE),
    Task(
        "agencies:audit_log",
        _("Who looked at what"),
        _("Reads, changes and refusals of your agency’s people"),
        Can.GOVERN_INFORMATION,
    ),
    Task("agencies:practice", _("Practice profile"), _("Timescales, levels of need and terms that hold here")),
    Task("agencies:directory", _("Directory"), _("Who works where, and how to reach a duty desk")),
)


def tasks_of(person: Acting) -> list[Task]:
    """Return what ``person`` can do, in the table's order."""
    return [task for task in TASKS if task.is_for(person)]


# --- What waits, what changed, what is due --------------------------------------------------------

SHOWN = 5


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the person: a page, what it holds, and how many (a number or "more than ...")."""

    href: str
    text: str | Promise
    count: str


@dataclass(frozen=True)
class Home:
    """What the home page shows of the person's cases: the last that changed, and those with the nearest dates."""

    waiting: list[Waiting] = field(default_factory=list)
    changed: list[Case] = field(default_factory=list)
    due: list[Case] = field(default_factory=list)


def home_of(person: Acting) -> Home:
    """Return what waits for ``person``, what changed and what is due, as far as they may see it."""
    waiting = [found for needs, ask in QUESTIONS if person.can(needs) for found in ask(person)]
    return Home(waiting, _cases(person, BY_ACTIVITY), _cases(person, BY_DUE))


def _cases(person: Acting, order: Order) -> list[Case]:
    positions = access.case_page(person, order=order, filters=access.Filters(status=Case.Status.OPEN), limit=SHOWN)
    if not positions:
        return []
    cases = access.cases_at(positions, person)
    keys = {position.pk: position.key for position in positions}
    for case in cases:
        case.list_key = keys[case.pk]
    return cases


def _allocated(person: Acting) -> list[Waiting]:
    mine = access.Filters(status=Case.Status.OPEN, allocated_to=person.user_id)
    return _counted(person, mine, "?allocated=me&status=open", _("Open cases allocated to you"))


def _contributions(person: Acting) -> list[Waiting]:
    count = len(access_meetings.waiting(person))
    shown = f"{count}+" if count == access_meetings.MOST_MEETINGS else str(count)
    text = _("Contributions to meetings that your teams are asked for")
    return [Waiting(reverse("cases:my_meetings"), text, shown)] if count else []


def _to_confirm(person: Acting) -> list[Waiting]:
    count = access_receipts.waiting_count(person)
    shown = f"{access_receipts.MOST_RECEIPTS}+" if count > access_receipts.MOST_RECEIPTS else str(count)
    text = _("Entries that your agency is asked to confirm")
    return [Waiting(reverse("cases:to_confirm"), text, shown)] if count else []


def _answers(person: Acting) -> list[Waiting]:
    count = len(access_discussions.waiting(person))
    shown = f"{count}+" if count == access_discussions.MOST_THREADS else str(count)
    text = _("Answers that other agencies want of your teams")
    return [Waiting(reverse("cases:my_threads"), text, shown)] if count else []


def _unallocated(person: Acting) -> list[Waiting]:
    nobody = access.Filters(status=Case.Status.OPEN, allocated_teams=person.team_ids, unallocated=True)
    return _counted(person, nobody, "?allocated=nobody&status=open", _("Open cases of your teams allocated to nobody"))


def _counted(person: Acting, filters: access.Filters, query: str, text: str | Promise) -> list[Waiting]:
    count = access.case_count(person, filters)
    shown = f"{access.COUNT_CAP:,}+" if count > access.COUNT_CAP else str(count)
    return [Waiting(reverse("cases:list") + query, text, shown)] if count else []


def _concerns(person: Acting) -> list[Waiting]:
    if not access_concerns.answers_concerns(person):
        return []
    count = access_concerns.unlooked_count(person)
    shown = f"{access_concerns.LISTED}+" if count > access_concerns.LISTED else str(count)
    text = _("Concerns that nobody of your team has looked at")
    return [Waiting(reverse("cases:concern_queue"), text, shown)] if count else []


def _reviews(_person: Acting) -> list[Waiting]:
    count = len(beyond_sight.emergency_reviews())
    text = _("Emergency accesses that wait for your review")
    return [Waiting(reverse("cases:emergency_reviews"), text, str(count))] if count else []


def _referrals(person: Acting) -> list[Waiting]:
    count = referral_access.waiting_count(person)
    shown = f"{referral_access.COUNT_CAP:,}+" if count > referral_access.COUNT_CAP else str(count)
    return [Waiting(reverse("referrals:queue"), _("Referrals to decide"), shown)] if count else []


def _asked_back(person: Acting) -> list[Waiting]:
    count = referral_access.asked_count(person)
    text = _("Questions about your referrals")
    return [Waiting(reverse("referrals:mine"), text, str(count))] if count else []


QUESTIONS: tuple[tuple[Can, Callable[[Acting], list[Waiting]]], ...] = (
    (Can.TRIAGE, _referrals),
    (Can.REFER, _asked_back),
    (Can.LOG_CONCERN, _concerns),
    (Can.WORK_CASES, _allocated),
    (Can.WORK_CASES, _contributions),
    (Can.WORK_CASES, _answers),
    (Can.WORK_CASES, _to_confirm),
    (Can.MANAGE_WORK, _unallocated),
    (Can.GOVERN_INFORMATION, _reviews),
)
