"""Scopes: what a token of the interface for programs may be used for, in one table like the roles.

A scope narrows what its owner may do and never widens it: the membership's capability is asked too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.roles import Can


class Scope(models.TextChoices):
    """The scopes that a token can hold."""

    READ_CASES = "read:cases", _("Read cases")
    READ_CHILDREN = "read:children", _("Read children")
    READ_TIMELINE = "read:timeline", _("Read timelines")
    WRITE_TIMELINE = "write:timeline", _("Write on timelines")
    LOG_CONCERN = "write:concerns", _("Log concerns")
    READ_REFERRALS = "read:referrals", _("Read how referrals stand")
    REFER = "write:referrals", _("Refer children")


@dataclass(frozen=True)
class ScopeSpec:
    """What a scope is for, in a sentence for the people who choose it, and the capability that it needs."""

    purpose: str | Promise
    needs: Can


SCOPES: Mapping[Scope, ScopeSpec] = {
    Scope.READ_CASES: ScopeSpec(
        _("Status, level of need, lead agency and allocation of the cases that you may see"), Can.WORK_CASES
    ),
    Scope.READ_CHILDREN: ScopeSpec(_("Names, numbers and details of the children whom you may see"), Can.WORK_CASES),
    Scope.READ_TIMELINE: ScopeSpec(_("The entries that you may see on the timelines of your cases"), Can.WORK_CASES),
    Scope.WRITE_TIMELINE: ScopeSpec(
        _("Add entries in your name, and confirm for your agency that it has read one"), Can.WORK_CASES
    ),
    Scope.LOG_CONCERN: ScopeSpec(
        _("Log concerns in your name, about children whom you may see or new ones"), Can.LOG_CONCERN
    ),
    Scope.READ_REFERRALS: ScopeSpec(
        _("How the referrals of you and your team stand, questions, decisions and their reasons"), Can.REFER
    ),
    Scope.REFER: ScopeSpec(_("Refer children in your name, and answer what triage asks"), Can.REFER),
}


def scopes_for(capabilities: Iterable[Can]) -> list[Scope]:
    """Return the scopes that somebody with ``capabilities`` may use, in the table's order."""
    held = set(capabilities)
    return [scope for scope, spec in SCOPES.items() if spec.needs in held]


def labels_of(scopes: Iterable[str]) -> list[str]:
    """Return the names of ``scopes`` as people read them, in the table's order."""
    held = set(scopes)
    return [str(scope.label) for scope in SCOPES if scope.value in held]
