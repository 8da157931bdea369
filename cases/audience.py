"""Who will see an entry: the default by kind and sector, who may be named, and the preview by name.

The preview is made of what the writer may know of the case: a confidential part that is hidden from them, or
an exclusion, changes nothing in it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.acting import Acting
from agencies.models import Agency, Membership, Sector, Team, User
from agencies.roles import Can
from cases import access, own_part, timeline
from cases.access import Sight
from cases.event_kinds import KINDS, Group, Kind
from cases.models import Case, CaseExclusion, Sensitivity, TimelineEntry


class Reach(models.TextChoices):
    """How far an entry reaches; each is turned into a ``timeline.Audience``."""

    EVERYBODY = "everybody", gettext_lazy("Everybody involved in the case")
    SECTORS = "sectors", gettext_lazy("Only the sectors that I choose")
    NAMED = "named", gettext_lazy("Only the agencies, teams and people that I name")
    OWN_TEAM = "own_team", gettext_lazy("Only my own team")


# --- The default ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Default:
    """What is chosen before the writer chooses; ``why`` is shown beside it."""

    reach: Reach = Reach.EVERYBODY
    sectors: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    why: str | Promise = ""


ANY = ""
# By kind or group of kinds, and by the code of the writer's sector. The first that fits counts: the kind before
# its group, the sector before any.
DEFAULTS: Mapping[tuple[str, str], Default] = {
    (Group.CONCERN, "education"): Default(
        Reach.OWN_TEAM,
        why=gettext_lazy("A school keeps its own welfare concerns to its safeguarding team until it refers."),
    ),
    (Kind.SUPERVISION, ANY): Default(
        Reach.OWN_TEAM,
        why=gettext_lazy("Supervision is for your own team. Put decisions that others must know on record as such."),
    ),
    (Kind.HEALTH_EVENT, "health"): Default(
        Reach.SECTORS,
        ("social_care", "health"),
        why=gettext_lazy("Health details go to health and children’s social care unless others need them."),
    ),
    (Kind.POLICE_EVENT, "police"): Default(
        Reach.SECTORS,
        ("social_care", "police"),
        Sensitivity.SENSITIVE,
        why=gettext_lazy("Police information goes to police and children’s social care unless others need it."),
    ),
}
OPEN_TO_ALL = Default()


QUIET = Default(
    Reach.OWN_TEAM,
    why=gettext_lazy("Your team’s part in this case is confidential, and its name under an entry would tell of it."),
)


def default_for(kind: Kind, by: Acting, case: Case) -> Default:
    """Return the default audience of ``kind`` for an entry by ``by`` on ``case``."""
    if own_part.is_quiet(case, by):
        return QUIET
    sector = by.membership.agency.sector.code if by.membership else ANY
    keys = ((first, second) for first in (kind, KINDS[kind].group) for second in (sector, ANY))
    return next((DEFAULTS[key] for key in keys if key in DEFAULTS), OPEN_TO_ALL)


# --- In words -------------------------------------------------------------------------------------


def audience_words(entries: Sequence[TimelineEntry]) -> dict[int, str]:
    """Return who may see each of ``entries`` in a few words, by key; they came with their author's team."""
    sectors = list(Sector.objects.all()) if entries else []
    return {each.pk: _words(each, sectors) for each in entries}


def _words(entry: TimelineEntry, sectors: Sequence[Sector]) -> str:
    if entry.audience_mask == timeline.EVERY_SECTOR:
        return _("everybody involved")
    parts = [sector.name for sector in sectors if sector.mask & entry.audience_mask]
    parts += [_("those it names")] if entry.has_named else []
    parts.append(_("its author’s team (%(team)s)") % {"team": entry.author_group.team.name})
    return "; ".join(parts)


# --- Who may be named -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """An agency, team or person of the case that can be named; ``key`` is ``kind:uuid``, for a form."""

    key: str
    label: str
    who: Agency | Team | User


def candidates(sight: Sight) -> list[Candidate]:
    """Return whom an entry of a case can name: agencies, then teams, then people, as far as its writer may know.

    Confidential parts are left out: whoever sees an entry may learn whom it names.
    """
    parts = [each for each in sight.teams if not each.involvement.confidential]
    teams = [each.involvement.team for each in parts]
    agencies = {team.agency_id: team.agency for team in teams}.values()
    places = {member.user: each.involvement.team.agency.name for each in parts for member in each.people}
    people = {grant.user: _("by name") for grant in sight.people} | places
    return [
        *(_candidate(each, _("%(agency)s, all its teams") % {"agency": each.name}) for each in agencies),
        *(_candidate(each, f"{each.agency.name}: {each.name}") for each in teams),
        *(_candidate(each, f"{each.name}, {people[each]}") for each in sorted(people, key=lambda user: user.name)),
    ]


def _candidate(who: Agency | Team | User, label: str) -> Candidate:
    return Candidate(key_of(who), label, who)


def key_of(who: Agency | Team | User) -> str:
    """Return the key by which a form names an agency, team or person."""
    return f"{type(who).__name__.lower()}:{who.uuid}"


def named(chosen: Iterable[Candidate]) -> timeline.Audience:
    """Return the audience of those who were chosen by name."""
    who = [each.who for each in chosen]
    return timeline.Audience(
        mask=timeline.AUTHORS_TEAM_ONLY,
        agencies=tuple(each for each in who if isinstance(each, Agency)),
        teams=tuple(each for each in who if isinstance(each, Team)),
        people=tuple(each for each in who if isinstance(each, User)),
    )


# --- The preview ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """An entry's audience by keys: what decides who of the case sees it."""

    author_group: int
    mask: int
    sensitivity: int
    agencies: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def why(self, reader: "Reader") -> str:
        """Return why ``reader`` sees it, empty when they do not: the rule of docs/access.md for one entry."""
        if self.author_group in reader.groups:
            return _("the author’s team")
        if self.sensitivity > reader.clearance:
            return ""
        if reader.user in self.people:
            return _("named")
        if self.teams & reader.teams or reader.agency in self.agencies:
            return _("their agency or team is named")
        return _("their sector") if self.mask & reader.mask else ""


@dataclass(frozen=True)
class Reader:
    """A person of the case under one membership."""

    user: int
    agency: int
    teams: frozenset[int]
    groups: frozenset[int]
    mask: int
    clearance: int


@dataclass(frozen=True)
class Seat:
    """People of one place who are alike before an entry: all see it (and why), or none does."""

    place: str
    people: tuple[User, ...]
    why: str
    agency: int | None = None  # None for people by name


@dataclass(frozen=True)
class Outlook:
    """Who of a case will see an entry and who will not, as far as the writer may know of them."""

    visible: list[Seat]
    hidden: list[Seat]

    @property
    def fingerprint(self) -> str:
        """Return a code that changes when somebody comes to see it, or no longer does."""
        seats = sorted(f"{seat.place} {who.uuid}" for seat in self.visible for who in seat.people)
        return hashlib.sha256("\n".join(seats).encode()).hexdigest()[:32]


def preview(case: Case, audience: timeline.Audience, *, by: Acting, author_group: int | None = None) -> Outlook:
    """Return who will see an entry with ``audience`` on ``case``.

    ``author_group`` is the group that the entry belongs to; an entry that ``by`` is about to write goes to theirs.
    """
    seen = Seen(
        author_group or own_part.author_group(case, by),
        audience.mask,
        audience.sensitivity,
        frozenset(each.pk for each in audience.agencies),
        frozenset(each.pk for each in audience.teams),
        frozenset(each.pk for each in audience.people),
    )
    return outlook(access.who_can_see(by, case), case, seen)


def outlook(sight: Sight, case: Case, seen: Seen) -> Outlook:
    """Return who of those who see ``case`` sees an entry, and who does not: by team, then people by name."""
    out = {exclusion.user_id for exclusion in sight.excluded}
    visible: list[Seat] = []
    hidden: list[Seat] = []
    for place, agency, readers in _places(sight, restricted=case.restricted):
        by_why: dict[str, list[User]] = {}
        for user, options in readers:
            reasons = [] if user.pk in out else [seen.why(reader) for reader in options]
            by_why.setdefault(next(filter(None, reasons), ""), []).append(user)
        for why, people in by_why.items():
            (visible if why else hidden).append(Seat(place, tuple(people), why, agency))
    return Outlook(visible, hidden)


def to_be_told(case: Case, shown: Outlook, *, agency: int | None = None) -> set[User]:
    """Return the people of ``shown`` (of ``agency`` where given) who may hear of an entry of ``case``.

    Whoever is kept out of the case hears nothing, also where the writer does not know that they are.
    """
    # past the door: who is kept out is told nothing, and nobody is shown
    out = set(CaseExclusion.objects.filter(case=case).values_list("user", flat=True))
    seats = [seat for seat in shown.visible if agency in (None, seat.agency)]
    return {who for seat in seats for who in seat.people if who.pk not in out}


def people_of(sight: Sight, case: Case) -> dict[User, list[Reader]]:
    """Return everybody who sees ``case``, each with the memberships they may see it by, by name.

    As far as its reader may know; who is known to be kept out is left out.
    """
    out = {exclusion.user_id for exclusion in sight.excluded}
    people: dict[User, list[Reader]] = {}
    for _place, _agency, readers in _places(sight, restricted=case.restricted):
        for user, options in readers:
            people.setdefault(user, []).extend(options)
    return {user: people[user] for user in sorted(people, key=lambda user: user.name) if user.pk not in out}


Readers = list[tuple[User, list[Reader]]]
Place = tuple[str, int | None, Readers]


def _places(sight: Sight, *, restricted: bool) -> list[Place]:
    places = [] if restricted else _team_places(sight)
    people = {grant.user for grant in sight.people}
    if people:
        places.append((_("By name"), None, _by_name(sorted(people, key=lambda user: user.name))))
    return places


def _team_places(sight: Sight) -> list[Place]:
    held: dict[int, set[Team]] = {}
    for each in sight.teams:
        for member in each.people:
            held.setdefault(member.pk, set()).add(each.involvement.team)
    return [
        (
            f"{each.involvement.team.agency.name}: {each.involvement.team.name}",
            each.involvement.team.agency_id,
            [(member.user, [_reader(member, each.involvement.team.agency, held[member.pk])]) for member in each.people],
        )
        for each in sight.teams
    ]


def _by_name(people: list[User]) -> Readers:
    memberships = Membership.objects.live().holding(Can.WORK_CASES).filter(user__in=people)
    options: dict[int, list[Reader]] = {}
    for member in memberships.select_related("agency__sector").prefetch_related("teams"):
        options.setdefault(member.user_id, []).append(_reader(member, member.agency, member.active_teams))
    return [(person, options.get(person.pk, [])) for person in people]


def _reader(member: Membership, agency: Agency, teams: Iterable[Team]) -> Reader:
    held = list(teams)
    return Reader(
        member.user_id,
        agency.pk,
        frozenset(team.pk for team in held),
        frozenset(team.group_id for team in held),
        agency.sector.mask,
        member.clearance,
    )
