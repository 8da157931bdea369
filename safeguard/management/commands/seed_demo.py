"""Fill the database with a fictional partnership: agencies, people, and cases of children who never were."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from agencies.actions.groups import put_in_step
from agencies.models import Agency, Basis, Clearance, ContactPoint, Membership, Partnership, Sector, Team, User
from agencies.roles import Role
from safeguard.management import demo_accounts as demo
from safeguard.management.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from safeguard.management.demo_case_seeding import seed_cases
from safeguard.management.demo_cases import DEMO_CASES
from safeguard.management.demo_practice import seed_practice
from safeguard.management.demo_records import seed_records
from safeguard.management.demo_referrals import seed_referrals
from safeguard.management.demo_remarks import seed_remarks

PARTNERSHIP = "Northshire Safeguarding Children Partnership"


@dataclass(frozen=True)
class Place:
    """An agency: sector code, teams as (name, kind), duty phone (of the range kept for fiction), out of hours."""

    sector: str
    teams: tuple[tuple[str, str], ...]
    phone: str
    out_of_hours: str = "Emergency duty team, 01632 960100"


@dataclass(frozen=True)
class Post:
    """Somebody's membership: ``email`` names the person; ``days`` is how long it lasts, None for no end."""

    email: str
    agency: str
    team: str
    title: str
    roles: tuple[Role, ...]
    clearance: Clearance = Clearance.SENSITIVE
    basis: Basis = Basis.EMPLOYEE
    days: int | None = None


ALLEGATIONS = "Designated officer"  # the team, and its officer's post
SAFEGUARDING, DUTY, GENERAL = Team.Kind.SAFEGUARDING, Team.Kind.DUTY, Team.Kind.GENERAL
PLACES: dict[str, Place] = {
    demo.SOCIAL_CARE: Place(
        "social_care",
        (
            ("Assessment team", SAFEGUARDING),
            ("Front door", DUTY),
            (ALLEGATIONS, Team.Kind.ALLEGATIONS),
            ("Information governance", GENERAL),
        ),
        "01632 960101",
    ),
    demo.OAKFIELD: Place("education", (("Safeguarding team", SAFEGUARDING),), "01632 960111"),
    demo.MILLBROOK: Place("education", (("Safeguarding team", SAFEGUARDING),), "01632 960112"),
    demo.HEALTH: Place("health", (("Health visiting", SAFEGUARDING),), "01632 960121"),
    demo.POLICE: Place("police", (("Child protection unit", SAFEGUARDING),), "01632 960131", "101, or 999"),
    demo.VOLUNTARY: Place("voluntary", (("Family workers", SAFEGUARDING),), "01632 960141"),
    "Northshire Homes": Place("housing", (("Tenancy support", SAFEGUARDING),), "01632 960151"),
    "Northshire Probation": Place("probation", (("Public protection", SAFEGUARDING),), "01632 960161"),
    demo.OFFICE: Place("other", (("Partnership office", GENERAL),), "01632 960171", ""),
}

# Colleagues who fill the posts that an agency cannot be without; they are not in the table of accounts.
COLLEAGUES: tuple[tuple[str, str], ...] = (
    ("Grace Green", "grace@example.org"),
    ("Hugo Hart", "hugo@example.org"),
    ("Pia Park", "pia@example.org"),
    ("Victor Vale", "victor@example.org"),
    ("Lena Lund", "lena@example.org"),
    ("Rosa Reed", "rosa@example.org"),
    ("Sam Stone", "sam@example.org"),
)

LEADS = (Role.SAFEGUARDING_LEAD, Role.MANAGER)
LOW, HIGH = Clearance.ORDINARY, Clearance.HIGHLY_SENSITIVE
POSTS: tuple[Post, ...] = (
    Post("alice@example.org", demo.SOCIAL_CARE, "Assessment team", "Social worker", (Role.PRACTITIONER,), HIGH),
    Post("tess@example.org", demo.SOCIAL_CARE, "Front door", "Triage officer", (Role.TRIAGE_OFFICER,), HIGH),
    Post("dora@example.org", demo.SOCIAL_CARE, ALLEGATIONS, ALLEGATIONS, (Role.DESIGNATED_OFFICER,), HIGH),
    Post("mo@example.org", demo.SOCIAL_CARE, "Assessment team", "Conference chair", (Role.MDT_LEAD,), HIGH),
    Post("maggie@example.org", demo.SOCIAL_CARE, "Assessment team", "Service manager", (Role.MANAGER,), HIGH),
    Post("grace@example.org", demo.SOCIAL_CARE, "Assessment team", "Principal social worker", LEADS, HIGH),
    Post(
        "ian@example.org",
        demo.SOCIAL_CARE,
        "Information governance",
        "Information governance lead",
        (Role.INFORMATION_GOVERNANCE_LEAD,),
        Clearance.NAMED,
    ),
    Post(
        "sam@example.org",
        demo.SOCIAL_CARE,
        "Assessment team",
        "Social worker",
        (Role.PRACTITIONER,),
        basis=Basis.AGENCY_WORKER,
        days=60,
    ),
    Post("tariq@example.org", demo.OAKFIELD, "Safeguarding team", "Year 4 teacher", (Role.PRACTITIONER,)),
    Post("daisy@example.org", demo.OAKFIELD, "Safeguarding team", "Designated safeguarding lead", LEADS, HIGH),
    Post("olive@example.org", demo.MILLBROOK, "Safeguarding team", "Designated safeguarding lead", LEADS, HIGH),
    Post("hana@example.org", demo.HEALTH, "Health visiting", "Health visitor", (Role.PRACTITIONER,), HIGH),
    Post("hana@example.org", demo.OAKFIELD, "Safeguarding team", "School nurse", (Role.PRACTITIONER,)),
    Post("hugo@example.org", demo.HEALTH, "Health visiting", "Named nurse", LEADS, HIGH),
    Post("piotr@example.org", demo.POLICE, "Child protection unit", "Police officer", (Role.PRACTITIONER,), HIGH),
    Post("pia@example.org", demo.POLICE, "Child protection unit", "Detective inspector", LEADS, HIGH),
    Post("vera@example.org", demo.VOLUNTARY, "Family workers", "Family support worker", (Role.PRACTITIONER,)),
    Post("victor@example.org", demo.VOLUNTARY, "Family workers", "Chief executive", LEADS),
    Post("lena@example.org", "Northshire Homes", "Tenancy support", "Safeguarding officer", LEADS),
    Post("rosa@example.org", "Northshire Probation", "Public protection", "Team manager", LEADS, HIGH),
    Post("ana@example.org", demo.OFFICE, "Partnership office", "Partnership analyst", (Role.ANALYST,), LOW),
    Post("adam@example.org", demo.OFFICE, "Partnership office", "Administrator", (Role.ADMINISTRATOR,), LOW),
)  # fmt: skip


class Command(BaseCommand):
    """Seed the demo; a second run adds only what is missing and changes nothing that was changed since."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the rows, as the owner of the tables. Raises CommandError outside a demo."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: nothing was written. Fictional people have no place here.")
        with transaction.atomic():
            Partnership.objects.get_or_create(defaults={"name": PARTNERSHIP})
            seed_places()
            seed_people()
            seed_posts()
            put_in_step()
            seed_practice()
            seed_cases()
            if seed_records():
                seed_remarks()
            seed_referrals()
        parts = f"{len(PLACES)} agencies, {len(DEMO_ACCOUNTS)} accounts to try and {len(DEMO_CASES)} fictional cases"
        self.stdout.write(f"The demo has {parts}.")


def seed_places() -> None:
    """Add the agencies that are missing, each with teams, duty desk and shared mailbox."""
    sectors = {sector.code: sector for sector in Sector.objects.all()}
    known = set(Agency.objects.values_list("name", flat=True))
    for name, place in PLACES.items():
        if name not in known:
            _seed_place(name, place, sectors[place.sector])


def _seed_place(name: str, place: Place, sector: Sector) -> None:
    agency = Agency.objects.create(name=name, sector=sector, out_of_hours=place.out_of_hours)
    for team, kind in place.teams:
        group = Group.objects.create(name=f"{name}: {team}")
        Team.objects.create(agency=agency, name=team, kind=kind, group=group)
    hours = "Monday to Friday, 9am to 5pm"
    ContactPoint.objects.create(agency=agency, kind=ContactPoint.Kind.DUTY_DESK, phone=place.phone, hours=hours)
    mailbox = f"duty.{place.sector}.{agency.pk}@example.org"
    ContactPoint.objects.create(agency=agency, kind=ContactPoint.Kind.SHARED_MAILBOX, email=mailbox)


def seed_people() -> None:
    """Add the people who are missing, their addresses verified, all with the demo's password."""
    known = set(User.objects.values_list("email", flat=True))
    # Hashing is slow on purpose; fictional people may share one hash.
    password = make_password(DEMO_PASSWORD)
    people = [(account.name, account.email) for account in DEMO_ACCOUNTS]
    for number, (name, email) in enumerate([*people, *COLLEAGUES], start=1):
        if email not in known:
            phone = f"01632 960{200 + number}"
            user = User.objects.create(email=email, name=name, password=password, phone=phone)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def seed_posts(posts: Iterable[Post] = POSTS) -> None:
    """Add the memberships of people who never had one in that agency."""
    users = {user.email: user for user in User.objects.all()}
    teams = {(team.agency.name, team.name): team for team in Team.objects.select_related("agency")}
    known = set(Membership.objects.values_list("user__email", "agency__name"))
    for post in posts:
        if (post.email, post.agency) not in known:
            _seed_post(post, users[post.email], teams[post.agency, post.team])


def _seed_post(post: Post, user: User, team: Team) -> None:
    now = timezone.now()
    membership = Membership.objects.create(
        user=user,
        agency=team.agency,
        roles=[role.value for role in post.roles],
        title=post.title,
        basis=post.basis,
        clearance=post.clearance,
        since=now,
        until=now + timedelta(days=post.days) if post.days else None,
    )
    membership.teams.add(team)
