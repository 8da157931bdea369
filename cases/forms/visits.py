"""Forms of a visit and of a contact with the family."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.records import BASE, INLINE, RecordForm, radios, short
from cases.models import FamilyContact, Visit
from safeguard.common.forms import Look

SEEN_ONLY = ("seen_alone", "not_alone_because", "child_said", "no_words_because", "presentation")


class VisitForm(RecordForm):
    """A visit: most of its questions only arise when the child was seen."""

    required_if_shown: ClassVar = ("not_seen_because", "seen_alone")

    class Meta:
        model = Visit
        fields = [
            "place",
            "announced",
            "child_seen",
            *SEEN_ONLY,
            "not_seen_because",
            "bedroom",
            "present",
            "next_visit_on",
        ]
        widgets = {
            **radios("place", "announced", "child_seen", "seen_alone", "bedroom"),
            "not_seen_because": forms.Textarea,
        }
        help_texts = {
            "child_said": _("As they said it. For a baby or a child who does not speak: what they showed"),
            "no_words_because": _("Asleep, or did not want to talk, say"),
        }

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("child_said", "presentation", "not_seen_because"),
        "announced": INLINE,
        "child_seen": Look(reveals={"yes": SEEN_ONLY, "no": ("not_seen_because",)}),
        "seen_alone": INLINE,
    }


class FamilyContactForm(RecordForm):
    """A contact with the family."""

    required_if_shown: ClassVar = ("family_said",)

    class Meta:
        model = FamilyContact
        fields = ["with_whom", "means", "reached", "family_said", "interpreter"]
        widgets = radios("means", "reached", "interpreter")

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        "with_whom": Look(autocomplete="off"),
        "reached": Look(reveals={"yes": ("family_said",)}),
        "interpreter": INLINE,
    }
