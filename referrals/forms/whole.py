"""The whole form as it stands in a draft: what is done, what is missing, what will be sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from referrals.actions.drafts import ASKS_WHOSE, KEY, next_number
from referrals.actions.submit import MOST_CHILDREN, MOST_RELATIVES, NewReferral, Relative
from referrals.forms.parts import (
    AgenciesPart,
    ChildPart,
    ConcernPart,
    ConsentPart,
    LevelPart,
    Part,
    ReferrerPart,
    RelativePart,
    UrgencyPart,
)
from referrals.models import ReferralDraft
from safeguard.common.forms import Form


@dataclass(frozen=True)
class PartSpec:
    """A part's form and title; ``most`` of it (more than one where it repeats), and whether none is fine too."""

    form: type[Part]
    title: str | Promise
    most: int = 1
    optional: bool = False


CHILD, RELATIVE = "child", "relative"
PARTS: Mapping[str, PartSpec] = {
    "urgency": PartSpec(UrgencyPart, _("How urgent it is")),
    CHILD: PartSpec(ChildPart, _("The child"), most=MOST_CHILDREN),
    RELATIVE: PartSpec(RelativePart, _("Family and household"), most=MOST_RELATIVES, optional=True),
    "concern": PartSpec(ConcernPart, _("Your concern")),
    "consent": PartSpec(ConsentPart, _("Consent, and who knows")),
    "level": PartSpec(LevelPart, _("What you ask for")),
    "agencies": PartSpec(AgenciesPart, _("Agencies that know the family"), optional=True),
    "referrer": PartSpec(ReferrerPart, _("You, and where it goes")),
}
SHARED = ("urgency", "concern", "consent", "level", "agencies", "referrer")
# Texts that every child's referral repeats.
REPEATED = (
    *("facts", "impact", "injuries", "history", "risks", "parenting", "surroundings", "strengths", "tried", "hoped"),
    *(
        "telephoned",
        "consent_by",
        "consulted",
        "ground_reason",
        "child_view",
        "level_reason",
        "agencies",
        "knows_child",
    ),
)
SHORTEST_NAME = 3


def kind_of(key: str) -> str:
    """Return the kind of the part ``key``: "child" for "child-2"."""
    return key.partition("-")[0]


def spec_of(key: str) -> PartSpec | None:
    """Return what the part ``key`` is, None for one that the form does not have."""
    kind, _dash, number = key.partition("-")
    spec = PARTS.get(kind)
    if spec is None or not KEY.fullmatch(key):
        return None
    return spec if (spec.most > 1) == bool(number) else None


@dataclass(frozen=True)
class Named:
    """A child whose name stands in a text that another child's referral repeats."""

    name: str
    part: str


@dataclass(frozen=True)
class Section:
    """What one part says, in rows of question and answer."""

    key: str
    title: str
    rows: list[tuple[str, str]]


class WholeForm:
    """Every part of ``draft`` as the form that it was typed into."""

    def __init__(self, draft: ReferralDraft, by: Acting) -> None:
        self.draft, self.by = draft, by

    def keys(self, kind: str) -> list[str]:
        """Return the keys of the parts of one kind, in the order in which they were added."""
        held = (key for key in self.draft.content if kind_of(key) == kind)
        return sorted(held, key=lambda key: int(key.partition("-")[2] or 0))

    def next_key(self, kind: str) -> str:
        """Return the key of one more part of a kind that repeats."""
        return f"{kind}-{next_number(self.draft, kind)}"

    @cached_property
    def children(self) -> dict[str, str]:
        """The children's names by their part's key; a number where a name is not known."""
        names = {key: ChildPart(self.typed(key), by=self.by, children={}).name for key in self.keys(CHILD)}
        return {
            key: name or gettext("Child %(number)s") % {"number": number}
            for number, (key, name) in enumerate(names.items(), start=1)
        }

    @cached_property
    def forms(self) -> dict[str, Part]:
        """The forms of what was typed, by key, in the order of the pages."""
        return {key: self.form(key) for kind in PARTS for key in self.keys(kind)}

    def typed(self, key: str) -> QueryDict:
        """Return what was typed into a part."""
        sent = QueryDict(mutable=True)
        for name, values in self.draft.content.get(key, {}).get("fields", {}).items():
            sent.setlist(name, values)
        return sent

    def form(self, key: str) -> Part:
        """Return the form of a part, with what was typed; an empty one where nothing was."""
        typed = self.typed(key) if key in self.draft.content else None
        return PARTS[kind_of(key)].form(typed, by=self.by, children=self.children)

    def title(self, key: str) -> str:
        """Return what a part is called: a child and a relative by name."""
        if kind_of(key) == CHILD:
            return self.children.get(key) or gettext("One more child") if self.children else str(PARTS[CHILD].title)
        if kind_of(key) == RELATIVE:
            return self.typed(key).get("name", "").strip() or gettext("Somebody of the family")
        return str(PARTS[key].title)

    @property
    def missing(self) -> list[str]:
        """The titles of the parts that must still be filled in or put right."""
        wrong = [self.title(key) for key, form in self.forms.items() if not form.is_valid()]
        absent = [str(spec.title) for kind, spec in PARTS.items() if not spec.optional and not self.keys(kind)]
        return [*absent, *wrong]

    @property
    def sections(self) -> list[Section]:
        """What was typed, part by part, for checking and for paper."""
        return [Section(key, self.title(key), list(rows_of(form))) for key, form in self.forms.items()]

    @property
    def named(self) -> list[Named]:
        """The children whose names stand in what the referrals of the others will repeat."""
        if len(self.children) < 2:  # noqa: PLR2004  (somebody else)
            return []
        texts = [(key, str(form.data.get(name, ""))) for key, form in self.forms.items() for name in REPEATED]
        texts += [(key, str(self.forms[key].data.get("child_words", ""))) for key in self.children]
        return sorted(
            {
                Named(child, self.title(part))
                for key, child in self.children.items()
                for part, text in texts
                if part != key and _is_named(child.partition(" ")[0], text)
            },
            key=lambda each: (each.name, each.part),
        )

    def referral(self) -> NewReferral:
        """Return what is to be sent. Every part must be valid."""
        shared = {
            name: value for key in SHARED if key in self.forms for name, value in self.forms[key].values().items()
        }
        places = {key: number for number, key in enumerate(self.children)}
        referrer = self.forms["referrer"].cleaned_data
        return NewReferral(
            shared=shared,
            children=[self.forms[key].values() for key in self.children],
            relatives=[self._relative(form, places) for form in self.forms.values() if isinstance(form, RelativePart)],
            to_agency=referrer["to_agency"],
            kept_from=tuple(referrer["kept_from"]),
        )

    @staticmethod
    def _relative(form: RelativePart, places: Mapping[str, int]) -> Relative:
        fields = {name: value for name, value in form.values().items() if name not in {"of", ASKS_WHOSE}}
        return Relative(fields=fields, of=frozenset(places[key] for key in form.belongs_to()))


def _is_named(name: str, text: str) -> bool:
    if len(name) < SHORTEST_NAME:
        return False
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None


def rows_of(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    """Yield question and answer of a form that was filled in; what was left empty is left out."""
    form.is_valid()
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value not in (None, "", [], False) and not field.widget.is_hidden:
            yield str(field.label), _shown(field, value)


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value)
    if value is True:
        return gettext("Yes")
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(person.name for person in value)
    if isinstance(field, forms.ModelChoiceField):
        return str(value)
    labels = {str(code): str(label) for code, label in getattr(field, "choices", ())}
    if isinstance(value, list):
        return ", ".join(labels.get(str(each), str(each)) for each in value)
    return labels.get(str(value), str(value))


class SendForm(Form):
    """The last page: sends what the draft holds."""

    checked_names = forms.BooleanField(
        label=_("I have checked that each family may read what names a child of another family")
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["checked_names"]
