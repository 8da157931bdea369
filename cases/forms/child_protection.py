"""Forms of strategy discussions, conferences, reviews and supervision."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.codes import CategoryOfAbuse
from cases.forms.records import BASE, RecordForm, radios, short
from cases.models import Conference, Review, StrategyDiscussion, Supervision
from safeguard.common.forms import Look

# "Multiple" is kept for old records; the census asks for the main category.
CATEGORIES = [(code, label) for code, label in CategoryOfAbuse.choices if code != CategoryOfAbuse.MULTIPLE]
NAMES = Look(autocomplete="off")


class StrategyDiscussionForm(RecordForm):
    """A strategy discussion."""

    significance = None  # type: ignore[assignment]  # asked as "what harm is suspected"

    class Meta:
        model = StrategyDiscussion
        fields = [
            *("social_care", "police", "health", "others", "absent_because"),
            *("harm", "outcome", "rationale", "safety"),
        ]
        widgets = radios("outcome")
        help_texts = dict.fromkeys(("social_care", "police", "health"), _("Names and posts")) | {
            "others": _("Names, posts and agencies")
        }

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("harm", "rationale", "safety"),
        **dict.fromkeys(("social_care", "police", "health", "others"), NAMES),
    }


class ConferenceForm(RecordForm):
    """A child protection conference."""

    required_if_shown: ClassVar = ("category",)
    significance = None  # type: ignore[assignment]  # asked as "why"

    category = forms.ChoiceField(label=_("Main category"), choices=CATEGORIES, widget=forms.RadioSelect)

    class Meta:
        model = Conference
        fields = [
            *("sort", "chair", "attended", "child_views", "family_views"),
            *("outcome", "category", "rationale", "next_review_on"),
        ]
        widgets = radios("sort", "outcome")

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("attended", "child_views", "family_views", "rationale"),
        "chair": NAMES,
        "outcome": Look(reveals={"plan": ("category",)}),
    }


class ReviewForm(RecordForm):
    """A review that is no conference."""

    significance = None  # type: ignore[assignment]  # asked as "what has changed for the child"

    class Meta:
        model = Review
        fields = ["sort", "chair", "attended", "child_views", "progress", "outcome", "rationale", "next_review_on"]
        widgets = radios("sort", "outcome")

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("attended", "child_views", "progress", "rationale"),
        "chair": NAMES,
    }


class SupervisionForm(RecordForm):
    """A supervision note."""

    body = None  # type: ignore[assignment]  # all of it has a place of its own
    action_taken = None  # type: ignore[assignment]  # asked as "what was agreed"

    class Meta:
        model = Supervision
        fields = ["supervisor", "discussed", "reflection", "agreed"]

    looks: ClassVar[Mapping[str, Look]] = {**BASE, **short("discussed", "reflection", "agreed"), "supervisor": NAMES}
