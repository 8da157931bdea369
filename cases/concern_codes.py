"""What a concern is sorted by: categories with their census factors, how it is known, level of worry, next step.

Categories are those that English schools' systems share. Each names the factors of the Children in Need census
(code set AssessmentFactors) that an assessment of such a concern would look at first: a suggestion for whoever
assesses, never an answer. A category without factors has none in the census.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CategoryGroup(models.TextChoices):
    """The groups by which categories are offered."""

    CHILD_PROTECTION = "child_protection", _("Something that the child told")
    ABUSE = "abuse", _("Abuse or neglect")
    CHILD_ON_CHILD = "child_on_child", _("Between children")
    EXPLOITATION = "exploitation", _("Exploitation")
    FAMILY = "family", _("Family and home")
    WELLBEING = "wellbeing", _("Wellbeing")
    EDUCATION = "education", _("Education")
    RISK = "risk", _("Risks outside the home")
    HONOUR_BASED = "honour_based", _("Honour, faith or belief")
    STATUS = "status", _("Known to services")
    STAFF = "staff", _("Somebody who works with children")
    OTHER = "other", _("Other")


@dataclass(frozen=True)
class Category:
    """One category: what it is called, its group, and the census factors that it points to."""

    label: str | Promise
    group: CategoryGroup
    factors: tuple[str, ...] = ()


G = CategoryGroup
CATEGORIES: Mapping[str, Category] = {
    "disclosure": Category(_("Disclosure"), G.CHILD_PROTECTION),
    "neglect": Category(_("Neglect"), G.ABUSE, ("16A",)),
    "physical_abuse": Category(_("Physical abuse"), G.ABUSE, ("18C",)),
    "emotional_abuse": Category(_("Emotional abuse"), G.ABUSE, ("17A",)),
    "sexual_abuse": Category(_("Sexual abuse"), G.ABUSE, ("19C",)),
    "sexual_assault": Category(_("Allegation of sexual assault"), G.ABUSE, ("19B", "19C")),
    "bullying": Category(_("Bullying"), G.CHILD_ON_CHILD, ("18B",)),
    "sexual_violence": Category(_("Sexual violence or harassment"), G.CHILD_ON_CHILD, ("19B",)),
    "fighting": Category(_("Fighting or assault"), G.CHILD_ON_CHILD, ("18B",)),
    "sexual_exploitation": Category(_("Child sexual exploitation"), G.EXPLOITATION, ("11A",)),
    "criminal_exploitation": Category(_("Child criminal exploitation"), G.EXPLOITATION, ("24A",)),
    "county_lines": Category(_("Criminal exploitation: county lines"), G.EXPLOITATION, ("24A", "13A")),
    "gangs": Category(_("Criminal exploitation: gang-related"), G.EXPLOITATION, ("24A", "13A")),
    "trafficking": Category(_("Trafficking or modern slavery"), G.EXPLOITATION, ("12A",)),
    "domestic_abuse": Category(_("Domestic abuse"), G.FAMILY, ("3A", "3B")),
    "parental_mental_health": Category(_("Parental mental health"), G.FAMILY, ("4B",)),
    "parental_substance_misuse": Category(_("Parental substance misuse"), G.FAMILY, ("1B", "2B")),
    "young_carer": Category(_("Young carer"), G.FAMILY, ("7A",)),
    "bereavement": Category(_("Bereavement"), G.FAMILY, ("20",)),
    "housing": Category(_("Housing or homelessness"), G.FAMILY, ("20",)),
    "parent_in_prison": Category(_("Parent in prison"), G.FAMILY, ("20",)),
    "private_fostering": Category(_("Private fostering"), G.FAMILY, ("8B", "8C", "8D", "8E", "8F")),
    "mental_health": Category(_("Mental health"), G.WELLBEING, ("4A",)),
    "self_harm": Category(_("Self-harm"), G.WELLBEING, ("15A",)),
    "suicidal_thoughts": Category(_("Suicidal thoughts"), G.WELLBEING, ("4A", "15A")),
    "eating": Category(_("Eating difficulty"), G.WELLBEING, ("4A",)),
    "substance_misuse": Category(_("Alcohol or substance misuse"), G.WELLBEING, ("1A", "2A")),
    "attendance": Category(_("Attendance issue"), G.EDUCATION),
    "missing_education": Category(_("Child missing from education"), G.EDUCATION),
    "exclusion": Category(_("Suspension or exclusion"), G.EDUCATION),
    "behaviour": Category(_("Behaviour"), G.EDUCATION, ("14A",)),
    "missing": Category(_("Missing episode"), G.RISK, ("10A",)),
    "abduction": Category(_("Child abduction"), G.RISK, ("20",)),
    "radicalisation": Category(_("Radicalisation or Prevent"), G.RISK, ("20",)),
    "weapon": Category(_("Weapon or search"), G.RISK, ("14A",)),
    "online_safety": Category(_("Online safety"), G.RISK, ("20",)),
    "fgm": Category(_("Female genital mutilation"), G.HONOUR_BASED, ("22A",)),
    "forced_marriage": Category(_("Forced marriage"), G.HONOUR_BASED, ("20",)),
    "faith_abuse": Category(_("Faith or belief abuse"), G.HONOUR_BASED, ("23A",)),
    "looked_after": Category(_("Looked after or previously looked after"), G.STATUS),
    "child_in_need": Category(_("Child in need"), G.STATUS),
    "protection_plan": Category(_("Child protection plan"), G.STATUS),
    "low_level_staff": Category(_("Low-level concern about staff"), G.STAFF),
    "allegation": Category(_("Allegation against staff"), G.STAFF),
    "police_contact": Category(_("Police contact or Operation Encompass"), G.OTHER, ("20",)),
    "first_aid": Category(_("Medical or first aid"), G.OTHER),
    "parent_contact": Category(_("Parent contact"), G.OTHER),
}


class HowKnown(models.TextChoices):
    """How the writer knows what they write."""

    SEEN = "seen", _("I saw or heard it myself")
    CHILD = "child", _("The child told me")
    OTHER_CHILD = "other_child", _("Another child told me")
    PARENT = "parent", _("A parent or carer told me")
    PROFESSIONAL = "professional", _("Another professional told me")
    WRITTEN = "written", _("From a document, message or picture")
    OTHER = "other", _("In another way")


class Worry(models.IntegerChoices):
    """How worried the writer is: their own judgement, not a threshold."""

    LOW = 1, _("Not very worried: I want it on record")
    SOME = 2, _("Worried")
    HIGH = 3, _("Very worried")
    IMMEDIATE = 4, _("A child may be in danger now")


class NextStep(models.TextChoices):
    """What happens next. A concern is not saved without one and without somebody who does it."""

    TELL_WORKER = "tell_worker", _("Tell the allocated worker")
    TELL_LEAD = "tell_lead", _("Tell the safeguarding lead")
    REFER = "refer", _("Refer to children’s social care")
    CALL_999 = "call_999", _("Call 999")
    NONE = "none", _("Nothing more, because…")


class Route(models.TextChoices):
    """Where a concern goes."""

    USUAL = "usual", _("To the team that always answers")
    UNREACHABLE = "unreachable", _("Past our safeguarding team: it cannot be reached")
    IMPLICATED = "implicated", _("Past our safeguarding team: it is part of the concern")
    STAFF = "staff", _("To the designated officer: it is about somebody who works with children")


def labels_of(codes: Iterable[str]) -> list[str]:
    """Return the names of categories as people read them, in the table's order; unknown codes are left out."""
    held = set(codes)
    return [str(category.label) for code, category in CATEGORIES.items() if code in held]


def census_factors(codes: Iterable[str]) -> list[str]:
    """Return the census factors that categories point to, each once, in the table's order."""
    held = set(codes)
    found = (factor for code, category in CATEGORIES.items() if code in held for factor in category.factors)
    return list(dict.fromkeys(found))


def in_group(group: str) -> list[tuple[str, str | Promise]]:
    """Return the categories of a group as choices."""
    return [(code, category.label) for code, category in CATEGORIES.items() if category.group == group]
