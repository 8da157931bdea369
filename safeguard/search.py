"""The search box of every page: cases, children, people around them, entries, referrals, agencies and colleagues.

Each room finds its own through its own door; here they are put side by side.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django import forms
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.acting import Acting
from agencies.models import Agency, Membership
from cases import access_search
from cases.models import Case, Child, Relationship, TimelineEntry
from referrals import access_search as referral_search
from referrals.access import is_senders
from referrals.models import Referral
from safeguard.common.forms import Form, Look

Row = TypeVar("Row")
MOST = 5  # agencies and colleagues


class SearchForm(Form):
    """What to look for."""

    words = forms.CharField(
        label=gettext_lazy("Search"),
        help_text=gettext_lazy(
            "A child’s name, date of birth or number; the reference of a case or referral; words of a timeline entry;"
            " an agency or colleague"
        ),
        max_length=access_search.LONGEST,
        error_messages={
            "required": gettext_lazy("Enter what to look for"),
            "max_length": gettext_lazy("Enter fewer words: at most 200 characters are looked for"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "type": "search"}),
    )
    looks = {"words": Look(heading=True, size="l")}


@dataclass(frozen=True)
class Result:
    """One line: where it leads (empty where there is no page), what it is, and what tells it from others."""

    href: str
    text: str
    detail: str | SafeString = ""


@dataclass(frozen=True)
class Group:
    """Results of one kind, under their heading; ``more`` where the list was cut."""

    title: str | Promise
    results: list[Result]
    more: bool = False


@dataclass(frozen=True)
class Results:
    """What was found, by kind; kinds without a result are left out."""

    groups: list[Group]

    @property
    def count(self) -> int:
        """Return how many lines there are."""
        return sum(len(group.results) for group in self.groups)


def results_of(person: Acting, words: str) -> Results:
    """Return what ``person``, who has a membership, may see of what ``words`` may mean."""
    found = access_search.search(person, words)
    referrals = referral_search.search(person, words, most=access_search.MOST)
    agencies = Agency.objects.active().matching(words).select_related("sector").order_by("name")
    colleagues = Membership.objects.live().matching(words).select_related("user", "agency").order_by("user__name")
    groups = [
        _group(gettext_lazy("Cases"), found.cases, _case),
        _group(gettext_lazy("Children"), found.children, _child),
        _group(gettext_lazy("People around a child"), found.people, _relative),
        _group(gettext_lazy("Timeline entries"), found.entries, _entry),
        _group(gettext_lazy("Referrals"), referrals, lambda referral: _referral(person, referral)),
        _group(gettext_lazy("Agencies"), agencies[:MOST], _agency, MOST),
        _group(gettext_lazy("Colleagues"), colleagues[:MOST], _colleague, MOST),
    ]
    return Results([group for group in groups if group.results])


def _group(
    title: str | Promise, rows: Iterable[Row], line: Callable[[Row], Result], most: int = access_search.MOST
) -> Group:
    lines = [line(row) for row in rows]
    return Group(title, lines, more=len(lines) >= most)


def _case(case: Case) -> Result:
    detail = f"{case.spoken_reference}, {case.get_status_display()}, {case.lead_agency.name}"
    return Result(reverse("cases:detail", args=[case.uuid]), _named(case.child_name), detail)


def _child(child: Child) -> Result:
    return Result(reverse("cases:child", args=[child.uuid]), _named(child.shown_name), _born(child))  # type: ignore[attr-defined]


def _relative(found: Relationship) -> Result:
    of = _("%(relation)s of %(child)s") % {"relation": found.get_kind_display(), "child": _named(found.child_name)}  # type: ignore[attr-defined]
    return Result(reverse("cases:child", args=[found.child.uuid]), found.person.name, of)


def _entry(entry: TimelineEntry) -> Result:
    where = f"{entry.case.spoken_reference}, {date_format(entry.occurred_at, 'j F Y')}, {entry.author_agency.name}"
    marked = conditional_escape(where) + mark_safe("<br>") + _marked(entry.headline)  # type: ignore[attr-defined]
    return Result(reverse("cases:entry", args=[entry.case.uuid, entry.uuid]), entry.title, marked)


def _referral(person: Acting, referral: Referral) -> Result:
    own = is_senders(person, referral)
    day = _("%(reference)s, received %(day)s") % {
        "reference": referral.spoken_reference,
        "day": date_format(referral.received_at, "j F Y"),
    }
    # Whoever sent it is shown how it stands; who works on it, what it says of the sender too.
    detail = f"{day}, {referral.state_for_sender}" if own else f"{day}, {referral.sender_name}"
    page = "referrals:referral" if own else "referrals:triage"
    return Result(reverse(page, args=[referral.uuid]), _named(referral.child_name), detail)


def _agency(agency: Agency) -> Result:
    return Result(reverse("agencies:agency", args=[agency.uuid]), agency.name, agency.sector.name)


def _colleague(membership: Membership) -> Result:
    agency = reverse("agencies:agency", args=[membership.agency.uuid])
    return Result(agency, membership.user.name, membership.agency.name)


def _named(name: str | None) -> str:
    return name or _("Name not known")


def _born(child: Child) -> str:
    if child.born_on:
        return _("born %(day)s") % {"day": date_format(child.born_on, "j F Y")}
    return _("not yet born") if child.expected_on else ""


def _marked(headline: str) -> SafeString:
    """Return an entry's words, escaped, with those that were looked for marked."""
    before, after = access_search.MARKS
    return mark_safe(escape(headline).replace(before, "<mark>").replace(after, "</mark>"))  # noqa: S308  (escaped)
