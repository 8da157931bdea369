"""Rows for tests, written as the database's owner: the web's role could not make most of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import connection, transaction

from agencies.acting import Acting, acting
from agencies.actions.practice import load_profile
from agencies.models import Agency, Membership, PracticeProfile, Sector, Team, User
from agencies.profile_files import FOLDER, read_profile
from agencies.roles import Role
from safeguard.audit.actor import Origin, system
from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE

PASSWORD = "correct horse battery staple"


@contextmanager
def database_role(role: str) -> Iterator[None]:
    """Run the body as another database role, then as the web's again, even after an error in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
    try:
        with transaction.atomic():
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {WEB_ROLE}")


def as_owner() -> Any:
    """Run the body as the owner of the tables, whom no policy binds."""
    return database_role(OWNER_ROLE)


def make_agency(name: str, sector: str, **fields: Any) -> Agency:
    with as_owner():
        return Agency.objects.create(name=name, sector=Sector.objects.get(code=sector), **fields)


def make_team(agency: Agency, name: str, kind: str = "general") -> Team:
    with as_owner():
        group = Group.objects.create(name=f"{agency.name}: {name}")
        return Team.objects.create(agency=agency, name=name, kind=kind, group=group)


def make_user(name: str, email: str | None = None, **fields: Any) -> User:
    with as_owner():
        address = email or f"{name.split(maxsplit=1)[0].lower()}@example.org"
        user = User.objects.create_user(email=address, password=PASSWORD, name=name, **fields)
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        return user


def make_membership(
    user: User, agency: Agency, *roles: Role, teams: tuple[Team, ...] = (), **fields: Any
) -> Membership:
    with as_owner():
        membership = Membership.objects.create(user=user, agency=agency, roles=list(roles), **fields)
        membership.teams.set(teams)
        user.groups.add(*(team.group for team in teams))
        return membership


def load_england() -> PracticeProfile:
    """Load England's practice profile and return it, the version that is current."""
    with as_owner():
        load_profile("england", read_profile(FOLDER / "england"), by=system("tests"))
        current = PracticeProfile.objects.current()
    assert current
    return current


def act(user: User, membership: Membership | None = None) -> Acting:
    """Return ``user`` acting under ``membership``, or under their first live one."""
    return acting(user, Origin(channel="test"), str(membership.uuid) if membership else None)
