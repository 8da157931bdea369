"""What a person can do from their home page: a table of pages by the capability that they ask for."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.roles import Can


@dataclass(frozen=True)
class Task:
    """A link on the home page and why somebody would follow it; ``needs`` None is for everybody."""

    route: str
    text: str | Promise
    why: str | Promise
    needs: Can | None = None

    @property
    def href(self) -> str:
        """Return the page's address."""
        return reverse(self.route)


TASKS = (
    Task("cases:list", _("Cases"), _("The children that your teams are involved with"), Can.WORK_CASES),
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
    return [task for task in TASKS if task.needs is None or person.can(task.needs)]
