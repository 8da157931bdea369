"""Everybody's own pages: profile, memberships, and the agency that one acts for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.actions.profile import act_for
from agencies.models import Membership
from agencies.roles import Role
from safeguard.audit.models import AuditRow
from tests.conftest import Person, Place
from tests.factories import act, as_owner, make_membership


def test_a_person_changes_their_name_and_phone(vera: Person) -> None:
    response = vera.client.post("/profile/change/", {"name": "Vera Vale", "phone": "01632 960199"}, follow=True)

    assert b"Your details are saved" in response.content
    vera.user.refresh_from_db()
    assert (vera.user.name, vera.user.phone) == ("Vera Vale", "01632 960199")
    row = AuditRow.objects.get(action="profile.change")
    assert row.user_id == vera.user.pk
    assert "Vale" not in str(row.detail)


def test_an_empty_name_is_refused_and_what_was_typed_stays(vera: Person) -> None:
    response = vera.client.post("/profile/change/", {"name": " ", "phone": "01632 960199"})

    assert response.status_code == 422
    assert b"01632 960199" in response.content


def test_own_memberships_are_listed_present_and_past(tariq: Person, health: Place) -> None:
    past = timezone.now() - timedelta(days=3)
    make_membership(tariq.user, health.agency, Role.PRACTITIONER, since=past - timedelta(days=9), until=past)

    response = tariq.client.get("/profile/memberships/")

    assert [m.agency.name for m in response.context["present"]] == ["Oakfield Primary School"]
    assert [m.agency.name for m in response.context["past"]] == ["Northshire 0–19 health team"]


def test_switching_changes_whom_one_acts_for_and_is_recorded(tariq: Person, health: Place) -> None:
    nurse = make_membership(tariq.user, health.agency, Role.PRACTITIONER, teams=(health.team,))
    client = tariq.client
    assert client.get("/directory/").context["viewer"].membership == tariq.membership

    response = client.post("/switch/", {"membership": str(nurse.uuid)})

    assert response.status_code == 302
    page = client.get("/directory/")
    assert page.context["viewer"].membership == nurse
    assert health.agency.name in page.content.decode().split("<main")[0]
    assert AuditRow.objects.get(action="membership.act").target_uuids == [nurse.uuid]


def test_nobody_switches_to_what_is_not_theirs_or_over(tariq: Person, olive: Person) -> None:
    client = tariq.client

    for chosen in (str(olive.membership.uuid), "nonsense", ""):
        response = client.post("/switch/", {"membership": chosen})
        assert response.status_code == 422
    assert client.get("/directory/").context["viewer"].membership == tariq.membership
    with pytest.raises(Membership.DoesNotExist):
        act_for(olive.membership, by=tariq.by)


def test_reading_the_page_switches_nothing(tariq: Person, health: Place) -> None:
    nurse = make_membership(tariq.user, health.agency, Role.PRACTITIONER)
    client = tariq.client

    client.get(f"/switch/?membership={nurse.uuid}")

    assert client.get("/directory/").context["viewer"].membership == tariq.membership


def test_a_chosen_membership_that_ends_falls_back_to_the_other(tariq: Person, health: Place) -> None:
    nurse = make_membership(tariq.user, health.agency, Role.PRACTITIONER)
    client = tariq.client
    client.post("/switch/", {"membership": str(nurse.uuid)})
    with as_owner():
        Membership.objects.filter(pk=nurse.pk).update(until=timezone.now())

    assert client.get("/directory/").context["viewer"].membership == tariq.membership
    assert act(tariq.user, nurse).membership == tariq.membership


# --- When the chosen membership ends --------------------------------------------------------------


def test_a_form_filled_for_an_agency_that_one_left_is_not_saved_for_another(tariq: Person, health: Place) -> None:
    other = make_membership(tariq.user, health.agency, Role.PRACTITIONER, teams=(health.team,))
    client, sent = tariq.client, {"name": "Tariq Turner", "phone": "01632 960123"}
    client.get("/profile/")  # acts for the oldest membership, without having chosen
    with as_owner():
        Membership.objects.filter(pk=tariq.membership.pk).update(until=timezone.now())

    shown, refused = client.get("/profile/"), client.post("/profile/change/", sent)

    assert "The membership that you acted for has ended" in shown.content.decode()
    assert refused.status_code == 409
    assert "01632 960123" in refused.content.decode()
    tariq.user.refresh_from_db()
    assert tariq.user.phone == ""
    client.post("/switch/", {"membership": str(other.uuid)})
    assert client.post("/profile/change/", sent).status_code == 302
    assert "has ended" not in client.get("/profile/").content.decode()
