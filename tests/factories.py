"""Rows for tests, written as the database's owner: the web's role could not make most of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from agencies.acting import Acting, acting
from agencies.actions.practice import load_profile
from agencies.models import Agency, Membership, PracticeProfile, Sector, Team, User
from agencies.profile_files import FOLDER, read_profile
from agencies.roles import Role
from cases.models import Attachment, Chronology, Concern, TimelineEntry
from safeguard.audit.actor import Origin, system
from safeguard.common.files import storing
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


def attachment_of(place: TimelineEntry | Concern, user: User, name: str = "note.txt") -> Any:
    """Make a small text file that belongs to an entry or a concern, as ``user`` would have attached it."""
    made = Attachment(uuid=uuid4(), name=name, media_type="text/plain", size=4, state="not_scanned")
    setattr(made, "concern" if isinstance(place, Concern) else "entry", place)
    stored = storing.put(b"Note", context=made.place)
    made.stored_name, made.sealed_key = stored.name, stored.sealed_key
    made.added_by, made.added_by_agency = user, place.author_agency
    made.save(force_insert=True)
    return made


def chronology_of(case: int, user: User) -> Any:
    """Make a document that ``user`` asked for under their oldest membership, as the worker would have finished it."""
    membership = Membership.objects.filter(user=user).earliest("since", "id").uuid
    made = Chronology(uuid=uuid4(), case_id=case, user=user, membership_uuid=membership, state="ready")
    stored = storing.put(b"%PDF-1.7", context=made.place)
    made.stored_name, made.sealed_key = stored.name, stored.sealed_key
    made.expires_at = timezone.now() + timedelta(days=1)
    made.save(force_insert=True)
    return made
