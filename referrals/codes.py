"""What a referral is sorted by: urgency, what the parents know, consent, what it asks for, how triage rates it.

The answers are those that English multi-agency referral forms share. "Not known" is one of them everywhere.
"""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Urgency(models.IntegerChoices):
    """How soon somebody must act, as the referrer sees it; the lower, the sooner."""

    DANGER = 1, _("A child is in danger now, or will be today")
    SOON = 2, _("A child may be harmed in the next days")
    PLANNED = 3, _("A child needs help, and is safe for now")


class Source(models.TextChoices):
    """Who wrote a referral: somebody with an account, or one of three kinds of people without."""

    ACCOUNT = "account", _("Somebody with an account")
    PROFESSIONAL = "professional", _("A professional without an account")
    PUBLIC = "public", _("A member of the public")
    YOUNG = "young", _("A young person")


class ParentsTold(models.TextChoices):
    """Whether those with parental responsibility know of the referral."""

    YES = "yes", _("Yes")
    NO = "no", _("No, on purpose")
    NOT_YET = "not_yet", _("No, nobody could be reached yet")
    NOT_KNOWN = "not_known", _("Not known")


class Consent(models.TextChoices):
    """Whether the family agrees that information is shared."""

    GIVEN = "given", _("Yes")
    REFUSED = "refused", _("No, they refused")
    NOT_ASKED = "not_asked", _("They were not asked")


class Ground(models.TextChoices):
    """Why it is right to share without consent, or not to ask. Source: English local referral forms."""

    CHILD = "child", _("Asking could put the child at risk")
    OTHERS = "others", _("Asking could put somebody else at risk")
    CRIME = "crime", _("Asking could prejudice the detection or investigation of a crime")
    DELAY = "delay", _("Asking would delay help without good reason")


class Purpose(models.TextChoices):
    """What the referrer asks for."""

    PROTECTION = "protection", _("Protection: the child suffers harm, or is likely to")
    IN_NEED = "in_need", _("Help for a child in need")
    EARLY_HELP = "early_help", _("Early help")
    ADVICE = "advice", _("Advice")
    NOT_KNOWN = "not_known", _("I am not sure")


class Rating(models.TextChoices):
    """How triage rates a referral: it sets how soon the decision must be made."""

    RED = "red", _("Red: at risk of significant harm now")
    AMBER = "amber", _("Amber: significant harm is likely")
    GREEN = "green", _("Green: help is needed, no significant harm")


class Outcome(models.TextChoices):
    """What triage decides. The list is that of Working Together 2023, with what a front door does besides."""

    NO_ASSESSMENT = "no_assessment", _("No social care assessment")
    ADVICE = "advice", _("Information and advice")
    SIGNPOST = "signpost", _("Signposted to another service")
    EARLY_HELP = "early_help", _("Early help")
    IN_NEED = "in_need", _("Assessment of a child in need (section 17)")
    PROTECTION = "protection", _("Strategy discussion, or section 47 enquiry")
    ALREADY_OPEN = "already_open", _("Already open: added to the case")


# Outcomes with which work on a case begins or goes on.
ACCEPTING = frozenset({Outcome.IN_NEED, Outcome.PROTECTION, Outcome.ALREADY_OPEN})
HINTS: Mapping[str, str | Promise] = {
    Outcome.NO_ASSESSMENT: _("The referrer reads what they can do next, and how to challenge it"),
    Outcome.IN_NEED: _("A case is opened after this step"),
    Outcome.PROTECTION: _("A case is opened after this step. Hold the discussion without waiting for it"),
    Outcome.ALREADY_OPEN: _("It is added to the child’s open case after this step"),
}
# What the referrer reads under the outcome: what they can do now.
NEXT: Mapping[str, str | Promise] = {
    Outcome.NO_ASSESSMENT: _(
        "Children’s social care does not assess the child now. Go on with the help that you give, agree with the"
        " family what must change, and consider early help. If you learn more, or it gets worse, refer again or open"
        " this referral again: it is never too early for that."
    ),
    Outcome.ADVICE: _("Use the advice with the family. If it does not help, or you learn more, refer again."),
    Outcome.SIGNPOST: _("Help the family to reach the service that is named. If they do not reach it, say so here."),
    Outcome.EARLY_HELP: _("Early help gets in touch. You may be asked to be part of it. Go on with your own support."),
    Outcome.IN_NEED: _(
        "A social worker assesses what the child needs and may speak with you. Go on with your own support and record"
        " what you see."
    ),
    Outcome.PROTECTION: _(
        "You may be asked for information at once, or to a strategy discussion. Do not speak with the family about"
        " the enquiry unless it is agreed with the social worker."
    ),
    Outcome.ALREADY_OPEN: _("The child’s social worker has what you sent. Tell them directly what happens next."),
}
