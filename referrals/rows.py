"""A referral as people read it: questions and answers in the order of the form, what was left empty left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.models import Referral, ReferralRelative

Labels = Mapping[str, str | Promise]
CHILD: Labels = {
    "child_name": gettext_lazy("Name"),
    "alias": gettext_lazy("Other names"),
    "born_on": gettext_lazy("Date of birth"),
    "expected_on": gettext_lazy("Expected date"),
    "age_about": gettext_lazy("Age, about"),
    "sex": gettext_lazy("Sex"),
    "gender": gettext_lazy("Gender"),
    "child_words": gettext_lazy("The child’s own words"),
    "address": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"),
    "school": gettext_lazy("School or nursery"),
    "gp": gettext_lazy("GP"),
    "languages": gettext_lazy("Language and communication"),
    "needs_interpreter": gettext_lazy("Interpreter needed"),
    "ethnicity": gettext_lazy("Ethnicity"),
    "faith": gettext_lazy("Faith or belief"),
    "disability": gettext_lazy("Disability, special needs"),
    "young_carer": gettext_lazy("Cares for somebody"),
    "immigration": gettext_lazy("Immigration status"),
    "nhs_number": gettext_lazy("NHS number"),
    "pupil_number": gettext_lazy("Unique pupil number"),
}
URGENCY: Labels = {
    "urgency": gettext_lazy("Immediate danger"),
    "telephoned": gettext_lazy("Telephoned"),
    "purpose": gettext_lazy("Asked for"),
    "level_of_need": gettext_lazy("Level of need"),
    "level_reason": gettext_lazy("Why this level"),
}
CONCERN: Labels = {
    "facts": gettext_lazy("What happened"),
    "impact": gettext_lazy("What it does to the child"),
    "injuries": gettext_lazy("Injuries"),
    "history": gettext_lazy("What happened before"),
    "risks": gettext_lazy("What adds to the risk"),
    "parenting": gettext_lazy("How the parents care"),
    "surroundings": gettext_lazy("Family, home, neighbourhood"),
    "strengths": gettext_lazy("What goes well"),
    "tried": gettext_lazy("What has been tried"),
    "hoped": gettext_lazy("What must change"),
}
CONSENT: Labels = {
    "parents_told": gettext_lazy("Parents know"),
    "consent": gettext_lazy("They agree"),
    "consent_by": gettext_lazy("Who agreed, and for whom"),
    "ground": gettext_lazy("Why without consent"),
    "ground_reason": gettext_lazy("In the referrer’s words"),
    "child_view": gettext_lazy("What the child says about it"),
}
OTHERS: Labels = {
    "agencies": gettext_lazy("Agencies that know the family"),
    "agencies_aware": gettext_lazy("They know of this referral"),
    "referrer_role": gettext_lazy("Role"),
    "referrer_phone": gettext_lazy("Phone"),
    "knows_child": gettext_lazy("How they know the child"),
    "consulted": gettext_lazy("Whom they consulted"),
}
RELATIVE: Labels = {
    "kind": gettext_lazy("What they are to the child"),
    "parental_responsibility": gettext_lazy("Parental responsibility"),
    "lives_with": gettext_lazy("Lives with the child"),
    "born_on": gettext_lazy("Date of birth"),
    "phone": gettext_lazy("Phone"),
    "address": gettext_lazy("Address"),
    "risk_to_visitors": gettext_lazy("What visitors must know for their own safety"),
}


@dataclass(frozen=True)
class Section:
    """A heading and its rows of question and answer."""

    title: str
    rows: list[tuple[str, str]]


def sections(referral: Referral, relatives: Iterable[ReferralRelative]) -> list[Section]:
    """Return all that was sent of one child."""
    writer = f"{referral.submitted_by.name}, " if referral.submitted_by else ""
    sender = (_("Sent by"), f"{writer}{referral.sender_name}")
    categories = [(_("It is about"), ", ".join(referral.category_labels))] if referral.categories else []
    found: Sequence[Section] = (
        Section(_("Urgency and what is asked for"), _rows(referral, URGENCY)),
        Section(_("The child"), _rows(referral, CHILD)),
        *(Section(relative.name, _rows(relative, RELATIVE)) for relative in relatives),
        Section(_("The concern"), [*_rows(referral, CONCERN), *categories]),
        Section(_("Consent, and who knows"), _rows(referral, CONSENT)),
        Section(_("Who refers, and who else knows the family"), [sender, *_rows(referral, OTHERS)]),
    )
    return [section for section in found if section.rows]


def _rows(row: Model, labels: Labels) -> list[tuple[str, str]]:
    answers = ((str(label), _answer(row, name)) for name, label in labels.items())
    return [(label, answer) for label, answer in answers if answer]


def _answer(row: Model, name: str) -> str:
    shown: Any = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    if isinstance(value, date):
        return date_format(value)
    return "" if value is None else str(value)
