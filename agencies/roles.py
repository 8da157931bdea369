"""Roles and what they may do: the one table that turns a membership's roles into capabilities.

Everything else asks for a capability, never for a role's name. What a person may do with one case is
a second question, answered by ``cases/access.py``; a capability alone opens no case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Can(StrEnum):
    """A thing that a membership may entitle a person to do."""

    WORK_CASES = "work_cases"
    LOG_CONCERN = "log_concern"
    REFER = "refer"
    LEAD_SAFEGUARDING = "lead_safeguarding"
    TRIAGE = "triage"
    ANSWER_ALLEGATIONS = "answer_allegations"
    LEAD_MEETINGS = "lead_meetings"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_WORK = "manage_work"
    GOVERN_INFORMATION = "govern_information"
    ANALYSE = "analyse"
    CONFIGURE = "configure"


class Role(models.TextChoices):
    """The roles that a membership can hold."""

    PRACTITIONER = "practitioner", _("Practitioner")
    SAFEGUARDING_LEAD = "safeguarding_lead", _("Safeguarding lead")
    TRIAGE_OFFICER = "triage_officer", _("Triage officer")
    DESIGNATED_OFFICER = "designated_officer", _("Designated officer for allegations")
    MDT_LEAD = "mdt_lead", _("Multi-disciplinary team lead")
    MANAGER = "manager", _("Manager")
    INFORMATION_GOVERNANCE_LEAD = "information_governance_lead", _("Information governance lead")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


@dataclass(frozen=True)
class RoleSpec:
    """What a role is for, in a sentence for the people who give it, and what it entitles to."""

    purpose: str | Promise
    capabilities: frozenset[Can]


CASEWORK = frozenset({Can.WORK_CASES, Can.LOG_CONCERN, Can.REFER})

ROLES: Mapping[Role, RoleSpec] = {
    Role.PRACTITIONER: RoleSpec(
        _("Works with children: logs concerns, refers, and works on the cases their team is involved in"),
        CASEWORK,
    ),
    Role.SAFEGUARDING_LEAD: RoleSpec(
        _("Leads safeguarding in the agency, such as a designated safeguarding lead or named nurse"),
        CASEWORK | {Can.LEAD_SAFEGUARDING},
    ),
    Role.TRIAGE_OFFICER: RoleSpec(
        _("Works the queue of incoming referrals and decides within the clock"),
        CASEWORK | {Can.TRIAGE},
    ),
    Role.DESIGNATED_OFFICER: RoleSpec(
        _("Answers concerns about people who work with children, such as a local authority designated officer"),
        CASEWORK | {Can.ANSWER_ALLEGATIONS},
    ),
    Role.MDT_LEAD: RoleSpec(
        _("Leads multi-disciplinary meetings, such as a conference chair or core group lead"),
        CASEWORK | {Can.LEAD_MEETINGS},
    ),
    Role.MANAGER: RoleSpec(
        _("Manages the agency's people and their workload"),
        CASEWORK | {Can.MANAGE_PEOPLE, Can.MANAGE_WORK},
    ),
    Role.INFORMATION_GOVERNANCE_LEAD: RoleSpec(
        _("Reviews who looked at what, sharing records and emergency access"),
        frozenset({Can.GOVERN_INFORMATION}),
    ),
    Role.ANALYST: RoleSpec(
        _("Sees counts and trends, never a child's name"),
        frozenset({Can.ANALYSE}),
    ),
    # Configures and imports, and sees no case content: WORK_CASES must never be added here.
    Role.ADMINISTRATOR: RoleSpec(
        _("Configures the partnership and imports data. Sees no case content"),
        frozenset({Can.CONFIGURE, Can.MANAGE_PEOPLE}),
    ),
}


def capabilities_of(roles: Iterable[str]) -> frozenset[Can]:
    """Return the union of what ``roles`` (codes) entitle to. Raises ValueError for an unknown code."""
    return frozenset().union(*(ROLES[Role(role)].capabilities for role in roles))


# Whoever holds one of these answers the concerns that come to their team.
ANSWER_CONCERNS = frozenset({Can.LEAD_SAFEGUARDING, Can.TRIAGE, Can.ANSWER_ALLEGATIONS})

# Whoever holds one of these decides about records that may be of one child, and merges them.
MERGE_RECORDS = frozenset({Can.LEAD_SAFEGUARDING, Can.TRIAGE, Can.MANAGE_WORK})

# The roles that somebody who holds the capability may give and take. A manager staffs the agency's own
# work; what reaches across the partnership is an administrator's to give.
GRANTS: Mapping[Can, frozenset[Role]] = {
    Can.MANAGE_PEOPLE: frozenset(
        {Role.PRACTITIONER, Role.SAFEGUARDING_LEAD, Role.TRIAGE_OFFICER, Role.MDT_LEAD, Role.MANAGER}
    ),
    Can.CONFIGURE: frozenset(Role),
}

# What the first person of a new agency is invited to be: they invite everybody else.
FIRST_ROLES: tuple[Role, ...] = (Role.MANAGER,)


def grantable_by(capabilities: Iterable[Can]) -> frozenset[Role]:
    """Return the roles that somebody with ``capabilities`` may give to others, and take from them."""
    return frozenset().union(*(GRANTS.get(capability, frozenset()) for capability in capabilities))


def roles_with(capability: Can) -> list[str]:
    """Return the codes of the roles that entitle to ``capability``, for a query."""
    return [role.value for role, spec in ROLES.items() if capability in spec.capabilities]


def labels_of(roles: Iterable[str]) -> list[str]:
    """Return the names of ``roles`` as people read them, in the table's order."""
    held = set(roles)
    return [str(role.label) for role in ROLES if role.value in held]
