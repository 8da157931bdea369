"""What happened: the one way to write an entry. Which kinds of event there are says ``event_kinds.py``.

Writing an entry is part of the action that causes it, in its transaction, with the case locked.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency, Team, User
from agencies.practice_events import PracticeEvent
from cases import deadlines
from cases.event_kinds import Kind
from cases.models import (
    Case,
    EntryPlaceholder,
    Involvement,
    Sensitivity,
    TimelineEntry,
    TimelineEntryReader,
)
from cases.own_part import author_part, is_quiet
from cases.querysets import ongoing

EVERY_SECTOR = TimelineEntry.EVERY_SECTOR
AUTHORS_TEAM_ONLY = 0


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who may see an entry: sector bits, named agencies, teams and people, and how sensitive it is.

    The author's team always sees it. ``family`` says that it may be read with the family in a meeting,
    ``placeholder`` that everybody else on the case may know that the team holds something, and no more.
    """

    mask: int = EVERY_SECTOR
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    agencies: tuple[Agency, ...] = ()
    teams: tuple[Team, ...] = ()
    people: tuple[User, ...] = ()
    family: bool = False
    placeholder: bool = False

    @property
    def has_named(self) -> bool:
        """Return whether anybody is named."""
        return bool(self.agencies or self.teams or self.people)


EVERYBODY_INVOLVED = Audience()
OWN_TEAM = Audience(mask=AUTHORS_TEAM_ONLY)


@dataclass(frozen=True, kw_only=True)
class Event:
    """What is written: kind, title, text, and when it happened (UTC; now unless said)."""

    kind: Kind
    title: str
    body: str = ""
    significance: str = ""
    action_taken: str = ""
    child_words: str = ""
    matters_to_plan: bool = False
    before_birth: bool = False
    # None for what nobody chose an audience for: everybody involved, or the own team where its part is confidential.
    audience: Audience | None = EVERYBODY_INVOLVED
    occurred_at: datetime = field(default_factory=timezone.now)
    # Which events of practice it is, beside what its kind says, and from when periods count: see deadlines.py.
    means: tuple[PracticeEvent, ...] = ()
    counts_from: datetime | None = None


def write(case: Case, event: Event, *, by: Acting) -> TimelineEntry:
    """Add ``event`` to the timeline of ``case``; ``by``'s first team is its author. Returns the entry.

    Raises ValueError when ``by`` belongs to no team: an entry always has a team that sees it.
    """
    if not by.group_ids or by.agency_id is None:
        raise ValueError("Only a member of a team can write on a timeline.")
    group, quiet = author_part(case, by)
    # A team whose part is confidential would betray it by its own name under an entry.
    told = event.audience or (OWN_TEAM if quiet else EVERYBODY_INVOLVED)
    return _create(case, event, told, by=by, author_group_id=group, author_agency_id=by.agency_id)


def supersede(entry: TimelineEntry, event: Event, *, reason: str, by: Acting) -> TimelineEntry:
    """Add ``event`` as the correction of ``entry``, for the same readers and from the same team. Returns it.

    ``event.audience`` is the one that ``entry`` has now.
    """
    own: dict[str, Any] = {"author_group_id": entry.author_group_id, "author_agency_id": entry.author_agency_id}
    audience = event.audience or audience_of(entry)
    return _create(entry.case, event, audience, by=by, corrects=entry, correction_reason=reason, **own)


def audience_of(entry: TimelineEntry) -> Audience:
    """Return the audience of ``entry``; only its author's team can read it in full."""
    # past the door: its own team, which the caller belongs to, sees whom it named
    lines = list(TimelineEntryReader.objects.filter(entry=entry).select_related("agency", "team", "user"))
    return Audience(
        mask=entry.audience_mask,
        sensitivity=Sensitivity(entry.sensitivity),
        agencies=tuple(line.agency for line in lines if line.agency),
        teams=tuple(line.team for line in lines if line.team),
        people=tuple(line.user for line in lines if line.user),
        family=entry.family_may_see,
        # past the door: the entry’s own
        placeholder=EntryPlaceholder.objects.filter(entry=entry).exists(),
    )


def _create(case: Case, event: Event, audience: Audience, *, by: Acting, **more: Any) -> TimelineEntry:
    entry = TimelineEntry.objects.create(
        case=case,
        kind=event.kind,
        occurred_at=event.occurred_at,
        author=by.user,
        audience_mask=audience.mask,
        sensitivity=audience.sensitivity,
        has_named=audience.has_named,
        title=event.title,
        body=event.body,
        significance=event.significance,
        action_taken=event.action_taken,
        child_words=event.child_words,
        matters_to_plan=event.matters_to_plan,
        before_birth=event.before_birth,
        family_may_see=audience.family,
        **more,
    )
    TimelineEntryReader.objects.bulk_create(_readers(entry, audience))
    if audience.placeholder:
        hold_place(entry)
    deadlines.follow(case, entry, means=event.means, at=event.counts_from, by=by)
    return entry


def hold_place(entry: TimelineEntry) -> None:
    """Let everybody on the case know that the author's team of ``entry`` holds something.

    Raises ValidationError where that team's part in the case is itself confidential.
    """
    team = Team.objects.get(group=entry.author_group_id)
    # past the door: the writer’s own team, and answered yes or no
    if Involvement.objects.filter(ongoing(), case=entry.case_id, team=team, confidential=True).exists():
        raise ValidationError(
            _("Nothing was saved, and your text is kept. Your team’s part is confidential: it can leave no sign here.")
        )
    EntryPlaceholder.objects.get_or_create(entry=entry, case_id=entry.case_id, team=team)


def check_time(case: Case, when: datetime, *, before_birth: bool = False) -> None:
    """Refuse a time that cannot be right for an event of ``case``.

    Raises ValidationError for the future, and for a day before the child was born unless ``before_birth`` says
    that this is meant.
    """
    if when > timezone.now():
        raise ValidationError(
            _("Nothing was saved, and your text is kept. What happened cannot lie in the future: check date and time.")
        )
    born_on = case.child.born_on
    if born_on and timezone.localdate(when) < born_on and not before_birth:
        raise ValidationError(
            _(
                "Nothing was saved, and your text is kept. The child was born on %(day)s: check the date, or tick"
                " “This happened before the child was born”."
            )
            % {"day": date_format(born_on)}
        )


def check_clearance(audience: Audience, *, by: Acting) -> None:
    """Refuse an entry that its own writer would not be cleared to read. Raises ValidationError."""
    if audience.sensitivity > by.clearance:
        raise ValidationError(
            _("Nothing was saved, and your text is kept. It is more sensitive than you are cleared for: choose less.")
        )


def unchosen(case: Case, by: Acting) -> Audience:
    """Return who sees what ``by`` writes where nobody chose an audience."""
    return OWN_TEAM if is_quiet(case, by) else EVERYBODY_INVOLVED


def _readers(entry: TimelineEntry, audience: Audience) -> list[TimelineEntryReader]:
    return [
        *(TimelineEntryReader(entry=entry, agency=agency) for agency in audience.agencies),
        *(TimelineEntryReader(entry=entry, team=team) for team in audience.teams),
        *(TimelineEntryReader(entry=entry, user=user) for user in audience.people),
    ]
