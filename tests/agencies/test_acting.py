"""Who acts, for which agency, and what that entitles to."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from agencies.roles import Can, Role
from tests.conftest import Person, Place
from tests.factories import act, make_membership


def test_a_membership_supplies_groups_sector_and_capabilities(tariq: Person, oakfield: Place) -> None:
    by = tariq.by

    assert by.group_ids == (oakfield.team.group_id,)
    assert by.sector_mask == oakfield.agency.sector.mask
    assert by.can(Can.REFER)
    assert not by.can(Can.TRIAGE)


def test_two_memberships_are_never_mixed(tariq: Person, health: Place) -> None:
    nurse = make_membership(tariq.user, health.agency, Role.SAFEGUARDING_LEAD, teams=(health.team,))

    at_school, at_clinic = tariq.by, act(tariq.user, nurse)

    assert not set(at_school.group_ids) & set(at_clinic.group_ids)
    assert not at_school.can(Can.LEAD_SAFEGUARDING)
    assert at_clinic.can(Can.LEAD_SAFEGUARDING)


def test_an_ended_membership_gives_nothing_on_the_next_request(tariq: Person) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    type(tariq.membership).objects.filter(pk=tariq.membership.pk).update(since=ended - timedelta(days=1), until=ended)

    by = act(tariq.user)

    assert by.membership is None
    assert by.group_ids == ()
    assert by.capabilities == frozenset()


def test_overlapping_memberships_in_one_agency_are_impossible(tariq: Person, oakfield: Place) -> None:
    with pytest.raises(IntegrityError, match="membership_no_overlap"):
        make_membership(tariq.user, oakfield.agency, Role.MANAGER)


def test_who_am_i_is_one_query(tariq: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        act(tariq.user)
