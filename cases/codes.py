"""Codes of the English Children in Need census that a child's record uses. Source: the census specification."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """Sex as the census has it; "unknown" is right for an unborn child (census rule 8750)."""

    MALE = "M", _("Male")
    FEMALE = "F", _("Female")
    UNKNOWN = "U", _("Not known")


class Ethnicity(models.TextChoices):
    """Ethnicity codes of the census."""

    WBRI = "WBRI", _("White British")
    WIRI = "WIRI", _("White Irish")
    WIRT = "WIRT", _("Traveller of Irish heritage")
    WOTH = "WOTH", _("Any other White background")
    WROM = "WROM", _("Gypsy or Roma")
    MWBC = "MWBC", _("White and Black Caribbean")
    MWBA = "MWBA", _("White and Black African")
    MWAS = "MWAS", _("White and Asian")
    MOTH = "MOTH", _("Any other mixed background")
    AIND = "AIND", _("Indian")
    APKN = "APKN", _("Pakistani")
    ABAN = "ABAN", _("Bangladeshi")
    AOTH = "AOTH", _("Any other Asian background")
    BCRB = "BCRB", _("Caribbean")
    BAFR = "BAFR", _("African")
    BOTH = "BOTH", _("Any other Black background")
    CHNE = "CHNE", _("Chinese")
    OOTH = "OOTH", _("Any other ethnic group")
    REFU = "REFU", _("Refused")
    NOBT = "NOBT", _("Information not yet obtained")


class Disability(models.TextChoices):
    """Disability codes of the census."""

    NONE = "NONE", _("No disability")
    MOBILITY = "MOB", _("Mobility")
    HAND = "HAND", _("Hand function")
    PERSONAL_CARE = "PC", _("Personal care")
    INCONTINENCE = "INC", _("Incontinence")
    COMMUNICATION = "COMM", _("Communication")
    LEARNING = "LD", _("Learning")
    HEARING = "HEAR", _("Hearing")
    VISION = "VIS", _("Vision")
    BEHAVIOUR = "BEH", _("Behaviour")
    CONSCIOUSNESS = "CON", _("Consciousness")
    AUTISM = "AUT", _("Autism")
    OTHER = "DDA", _("Other")


class CategoryOfAbuse(models.TextChoices):
    """Categories of a child protection plan in the census."""

    NEGLECT = "NEG", _("Neglect")
    PHYSICAL = "PHY", _("Physical abuse")
    SEXUAL = "SAB", _("Sexual abuse")
    EMOTIONAL = "EMO", _("Emotional abuse")
    MULTIPLE = "MUL", _("Multiple")


class Known(models.TextChoices):
    """Yes, no, or not known: "not known" is an answer everywhere."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_KNOWN = "not_known", _("Not known")


class LevelOfNeed(models.IntegerChoices):
    """The four levels that local threshold documents share."""

    UNIVERSAL = 1, _("Level 1: universal")
    EARLY_HELP = 2, _("Level 2: early help")
    TARGETED = 3, _("Level 3: targeted or complex")
    SPECIALIST = 4, _("Level 4: specialist, including protection")


class LawfulBasis(models.TextChoices):
    """Why information may be shared in England; other nations' bases come with their practice profile."""

    CA2004_S11 = "ca2004_s11", _("Children Act 2004, section 11: duty to safeguard")
    CA1989_S17 = "ca1989_s17", _("Children Act 1989, section 17: child in need")
    CA1989_S47 = "ca1989_s47", _("Children Act 1989, section 47: significant harm")
    VITAL = "vital_interests", _("Vital interests: to protect somebody’s life")
    CONSENT = "consent", _("The family agreed to it")
