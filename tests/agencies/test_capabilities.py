"""Everything asks for capabilities: only the table itself knows the roles by name."""

import re
from pathlib import Path

import pytest

from agencies.roles import GRANTS, ROLES, Can, Role, capabilities_of, grantable_by, roles_with

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agencies", "cases", "referrals", "safeguard", "templates")
# The profile's ladder has a rung that happens to be called like a role: its codes are the file's own.
KNOW_ROLES = {
    "agencies/roles.py",
    "agencies/profile_files.py",
    "safeguard/management/commands/seed_demo.py",
    # Rungs of the ladder and actors of a referral, which bear the same words.
    "cases/ladder.py",
    "safeguard/notifications/obligations.py",
    "referrals/lifecycle.py",
}
# `Role.MANAGER`, or a role's code as a string; the type itself may be named anywhere.
NAMED = re.compile(r"\bRole\.[A-Z_]{3,}|[\"'](" + "|".join(role.value for role in Role) + r")[\"']")


def test_no_line_outside_the_table_compares_role_names() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in {".py", ".html"} and "migrations" not in path.parts
        if str(path.relative_to(ROOT)) not in KNOW_ROLES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if NAMED.search(line)
    ]
    assert found == []


def test_every_role_says_what_it_is_for_and_entitles_to_something() -> None:
    assert set(ROLES) == set(Role)
    assert all(spec.purpose and spec.capabilities for spec in ROLES.values())


def test_an_administrator_sees_no_case_content() -> None:
    casework = {Can.WORK_CASES, Can.LOG_CONCERN, Can.REFER, Can.TRIAGE, Can.LEAD_MEETINGS, Can.LEAD_SAFEGUARDING}

    assert not capabilities_of([Role.ADMINISTRATOR]) & casework


def test_a_manager_gives_only_roles_of_the_agency_itself() -> None:
    mine = grantable_by(capabilities_of([Role.MANAGER]))

    assert mine == GRANTS[Can.MANAGE_PEOPLE]
    assert not mine & {Role.ADMINISTRATOR, Role.ANALYST, Role.INFORMATION_GOVERNANCE_LEAD}
    assert grantable_by(capabilities_of([Role.ADMINISTRATOR])) == frozenset(Role)
    assert grantable_by(capabilities_of([Role.PRACTITIONER])) == frozenset()


@pytest.mark.parametrize("capability", list(Can))
def test_every_capability_is_held_by_some_role(capability: Can) -> None:
    assert roles_with(capability)


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(ValueError, match="chief"):
        capabilities_of(["chief"])
