"""The demo's people and places."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client, override_settings
from django.utils import timezone

from agencies.actions.groups import missing_groups, superfluous_groups
from agencies.leads import gaps_of
from agencies.models import Agency, ContactPoint, Membership, Sector, User
from cases.models import (
    Case,
    CaseGroupGrant,
    EntryPlaceholder,
    EntryReceipt,
    EntryRemark,
    Involvement,
    TimelineEntry,
)
from safeguard.management.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from safeguard.management.demo_cases import DEMO_CASES
from tests.factories import as_owner

MODELS: tuple[type[Model], ...] = (User, Membership, Agency, ContactPoint, Case, Involvement, TimelineEntry)


@pytest.fixture
def seeded(db: None) -> None:
    with as_owner():
        call_command("seed_demo", verbosity=0)


def test_the_demos_case_shows_what_stands_beside_entries(seeded: None) -> None:
    with as_owner():
        entries = TimelineEntry.objects.filter(case__child__names__surname="Example")
        assert entries.filter(title="Attendance is up to 89 %", corrects__title="Attendance is up to 91 %").exists()
        assert EntryRemark.objects.get(kind="dispute").entry.title == "Home visit: nobody in"
        confirmed = EntryReceipt.objects.filter(entry__title="Visit to Robin at home")
        assert confirmed.count() == 2
        assert confirmed.exclude(confirmed_by=None).count() == 1
        assert EntryPlaceholder.objects.get().entry.title == "Officers called to the home"
        lag = [each.recorded_at - each.occurred_at for each in entries.filter(kind="note")]
        assert lag.count(timedelta(hours=3)) >= len(lag) - 2


def test_every_account_of_the_table_signs_in_and_works_where_the_table_says(seeded: None) -> None:
    for account in DEMO_ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.check_password(DEMO_PASSWORD), account.email
        assert user.name == account.name
        assert EmailAddress.objects.filter(user=user, verified=True, primary=True).exists()
        assert Membership.objects.live().of(user).filter(agency__name=account.agency).exists()
    assert authenticate(email=DEMO_ACCOUNTS[0].email, password=DEMO_PASSWORD) is not None


def test_every_sector_has_an_agency_and_every_agency_is_reached_and_led(seeded: None) -> None:
    assert not Sector.objects.filter(agencies=None).exists()
    assert not Agency.objects.filter(contact_points=None).exists()
    assert {agency.name: gaps_of(agency) for agency in Agency.objects.all() if gaps_of(agency)} == {}
    assert not User.objects.filter(email__in=ContactPoint.objects.values("email")).exists()


def test_somebody_has_two_memberships_and_an_agency_worker_has_an_end(seeded: None) -> None:
    assert Membership.objects.filter(user__email="hana@example.org").count() == 2
    assert Membership.objects.get(user__email="sam@example.org").until is not None


def test_groups_are_in_step(seeded: None) -> None:
    assert not missing_groups().exists()
    assert not superfluous_groups().exists()


def test_a_second_run_adds_nothing_and_asks_little(seeded: None, django_assert_max_num_queries: Any) -> None:
    before = counts()

    with as_owner(), django_assert_max_num_queries(250):  # a first run sends thousands
        call_command("seed_demo", verbosity=0)

    assert counts() == before
    assert before[Case] == len(DEMO_CASES)


def counts() -> dict[type[Model], int]:
    with as_owner():
        return {model: model._default_manager.count() for model in MODELS}


def lists(email: str) -> set[str]:
    """Return the names of the children whose cases the person with that address sees in the list."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    page = client.get("/cases/").text
    return {f"{each.given} {each.surname}" for each in DEMO_CASES if each.surname in page}


def test_the_cases_show_each_person_what_they_may_see(seeded: None) -> None:
    own, school, police = lists("alice@example.org"), lists("tariq@example.org"), lists("piotr@example.org")

    assert {"Robin Example", "Ash Pretend", "Baby of Mina Invented"} <= own
    assert school == {"Robin Example", "Juno Sample", "Kit Fictional", "Bryn Imaginary", "Sky Specimen"}
    # by name on the restricted one, and for four hours on the one of the emergency
    assert {"Ash Pretend", "Lark Makebelieve"} <= police
    assert "Ash Pretend" not in lists("mo@example.org")
    assert "Kit Fictional" not in lists("maggie@example.org")
    assert lists("olive@example.org") == lists("adam@example.org") == set()


def test_the_cases_are_dated_back_and_the_list_keys_follow(seeded: None) -> None:
    with as_owner():
        assert Case.objects.filter(opened_at__lt=timezone.now() - timedelta(days=100)).count() == 3
        kits = Case.objects.get(child__names__surname="Fictional")
        grant = CaseGroupGrant.objects.get(content_object=kits, group__name__contains="Oakfield")
        assert grant.last_activity_at == TimelineEntry.objects.get(case=kits, kind="note").occurred_at


def test_it_refuses_outside_a_demo(db: None) -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="not a demo"):
        call_command("seed_demo")

    assert User.objects.count() == 0
