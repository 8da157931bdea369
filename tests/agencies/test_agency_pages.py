"""Adding agencies, suspending them, and keeping their teams and contact points."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from agencies.actions import agencies, teams
from agencies.models import Agency, ContactPoint, Invitation, Sector, Team
from agencies.roles import Role
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import OutboxMessage
from tests.conftest import Person, Place
from tests.factories import act, as_owner, make_membership, make_team


def new_agency(**fields: Any) -> dict[str, Any]:
    given = {
        "name": "Hillside Nursery",
        "sector": Sector.objects.get(code="education").pk,
        "out_of_hours": "",
        "team_name": "Safeguarding team",
        "manager_name": "Nia North",
        "manager_email": "nia.north@example.org",
    }
    return given | fields


# --- Agencies -------------------------------------------------------------------------------------


def test_an_administrator_adds_an_agency_with_its_team_and_invites_its_manager(adam: Person) -> None:
    response = adam.client.post("/agencies/add/", new_agency(), follow=True)

    agency = Agency.objects.get(name="Hillside Nursery")
    assert b"first manager invited" in response.content
    assert [team.kind for team in agency.teams.all()] == ["safeguarding"]
    invitation = Invitation.objects.get(agency=agency)
    assert invitation.roles == ["manager"]
    with as_owner():
        assert OutboxMessage.objects.filter(address="nia.north@example.org").exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "Northshire children’s services"}, "name"),
        ({"manager_email": "duty@example.org"}, "manager_email"),
        ({"manager_email": "not an address"}, "manager_email"),
        ({"sector": "99"}, "sector"),
    ],
)
def test_what_is_wrong_with_a_new_agency_is_said_and_nothing_is_half_saved(
    adam: Person, social_care: Place, fields: dict[str, Any], wrong: str
) -> None:
    with as_owner():
        ContactPoint.objects.create(agency=social_care.agency, kind="shared_mailbox", email="duty@example.org")

    response = adam.client.post("/agencies/add/", new_agency(**fields))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert Agency.objects.count() == 1
    assert not Invitation.objects.exists()


def test_only_an_administrator_adds_or_suspends(maggie: Person, social_care: Place) -> None:
    assert maggie.client.get("/agencies/add/").status_code == 404
    assert maggie.client.post("/agencies/add/", new_agency()).status_code == 404
    assert maggie.client.get(f"/agencies/{social_care.agency.uuid}/status/").status_code == 404
    with pytest.raises(Http404):
        agencies.set_status(social_care.agency, Agency.Status.CLOSED, reason="", by=maggie.by)
    assert AuditRow.objects.filter(kind="refusal", action="partnership.configure").count() == 4


def test_a_suspended_agency_is_shut_on_the_next_request_and_opened_again(
    tariq: Person, adam: Person, oakfield: Place
) -> None:
    client, url = tariq.client, f"/agencies/{oakfield.agency.uuid}/status/"

    adam.client.post(url, {"status": "suspended", "reason": "Unpaid staff had left the screen open"})
    assert client.get("/directory/").status_code in {302, 403}
    assert not tariq.user.groups.exists()

    adam.client.post(url, {"status": "active", "reason": "Settled"})
    assert tariq.client.get("/directory/").status_code == 200
    assert set(tariq.user.groups.all()) == {oakfield.team.group}
    assert AuditRow.objects.filter(action="agency.status").count() == 2


def test_somebody_with_another_membership_stays_signed_in(tariq: Person, adam: Person, health: Place) -> None:
    make_membership(tariq.user, health.agency, Role.PRACTITIONER)
    client = tariq.client

    agencies.set_status(tariq.membership.agency, Agency.Status.CLOSED, reason="Merged", by=adam.by)

    assert client.get("/directory/").context["viewer"].membership.agency == health.agency


def test_the_agency_of_all_administrators_cannot_be_shut(adam: Person, social_care: Place) -> None:
    response = adam.client.post(f"/agencies/{social_care.agency.uuid}/status/", {"status": "closed", "reason": "x"})

    assert response.status_code == 422
    assert b"nobody could undo this" in response.content
    assert act(adam.user).membership is not None


def test_a_manager_says_how_to_reach_the_agency_but_not_what_it_is_called(maggie: Person, social_care: Place) -> None:
    url = f"/agencies/{social_care.agency.uuid}/change/"

    maggie.client.post(url, {"out_of_hours": "Call 01632 960100", "name": "Renamed", "sector": "3"})

    social_care.agency.refresh_from_db()
    assert social_care.agency.out_of_hours == "Call 01632 960100"
    assert social_care.agency.name == "Northshire children’s services"
    with pytest.raises(Http404):
        agencies.change_agency(social_care.agency, name="Renamed", out_of_hours="", by=maggie.by)


def test_an_administrator_renames(adam: Person, oakfield: Place) -> None:
    data = {"out_of_hours": "", "name": "Oakfield Academy", "sector": str(oakfield.agency.sector_id)}

    adam.client.post(f"/agencies/{oakfield.agency.uuid}/change/", data)

    oakfield.agency.refresh_from_db()
    assert oakfield.agency.name == "Oakfield Academy"


# --- Sectors --------------------------------------------------------------------------------------


def test_a_new_sector_takes_the_next_bit_and_keeps_it(adam: Person) -> None:
    response = adam.client.post("/sectors/", {"name": "Youth justice"}, follow=True)

    assert b"Youth justice" in response.content
    sector = Sector.objects.get(name="Youth justice")
    assert sector.bit == 8
    assert sector.mask == 256


def test_a_sector_that_exists_or_has_no_room_is_refused(adam: Person, maggie: Person) -> None:
    assert maggie.client.post("/sectors/", {"name": "Youth justice"}).status_code == 404
    taken = adam.client.post("/sectors/", {"name": "Police"})
    assert "exists already" in taken.context["form"].errors["name"][0]

    Sector.objects.create(name="The last", code="last", bit=30)
    full = adam.client.post("/sectors/", {"name": "One too many"})
    assert "no room" in full.context["form"].non_field_errors()[0]
    assert full.status_code == 422


# --- Teams ----------------------------------------------------------------------------------------


def test_a_manager_adds_and_renames_a_team(maggie: Person, social_care: Place) -> None:
    maggie.client.post(f"/agencies/{social_care.agency.uuid}/teams/add/", {"name": "Front door", "kind": "duty"})
    team = Team.objects.get(name="Front door")

    data = {"name": "Front desk", "kind": "duty", "is_active": "on"}
    response = maggie.client.post(f"/teams/{team.uuid}/change/", data, follow=True)

    assert b"Front desk" in response.content
    assert team.group_id != social_care.team.group_id


def test_a_name_in_use_is_refused_beside_the_field(maggie: Person, social_care: Place) -> None:
    response = maggie.client.post(
        f"/agencies/{social_care.agency.uuid}/teams/add/", {"name": "Assessment team", "kind": "general"}
    )

    assert response.status_code == 422
    assert "a team with this name already" in response.context["form"].errors["name"][0]


def test_a_closed_team_sees_nothing_any_more(alice: Person, maggie: Person, social_care: Place) -> None:
    make_team(social_care.agency, "Front door")

    teams.change_team(social_care.team, name="Old", kind="safeguarding", is_active=False, by=maggie.by)

    assert act(alice.user).group_ids == ()
    assert not alice.user.groups.exists()


def test_the_last_team_stays_open(maggie: Person, social_care: Place) -> None:
    with pytest.raises(ValidationError, match="only team"):
        teams.change_team(social_care.team, name="Old", kind="duty", is_active=False, by=maggie.by)


# --- Contact points -------------------------------------------------------------------------------


def point(**fields: str) -> dict[str, str]:
    return {"kind": "duty_desk", "phone": "01632 960101", "email": "", "hours": "", "team": ""} | fields


def test_a_manager_adds_changes_and_removes_a_contact_point(maggie: Person, social_care: Place) -> None:
    client, add = maggie.client, f"/agencies/{social_care.agency.uuid}/contact-points/add/"

    client.post(add, point(team=str(social_care.team.pk)))
    made = ContactPoint.objects.get()
    assert client.get(f"/contact-points/{made.uuid}/change/").status_code == 200
    client.post(f"/contact-points/{made.uuid}/change/", point(phone="01632 960102"))
    made.refresh_from_db()
    assert (made.phone, made.team) == ("01632 960102", None)
    client.post(f"/contact-points/{made.uuid}/remove/")

    assert not ContactPoint.objects.exists()
    actions = AuditRow.objects.filter(action__startswith="contact_point.").values_list("action", flat=True)
    assert sorted(actions) == ["contact_point.add", "contact_point.change", "contact_point.remove"]


@pytest.mark.parametrize(
    ("fields", "wrong", "message"),
    [
        ({"phone": ""}, "phone", "Enter a phone number or an e-mail address"),
        ({"email": "MAGGIE@example.org"}, "email", "A person signs in with this address"),
        ({}, "phone", "listed already"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_a_contact_point_that_cannot_be_is_refused(
    maggie: Person, social_care: Place, fields: dict[str, str], wrong: str, message: str
) -> None:
    with as_owner():
        ContactPoint.objects.create(agency=social_care.agency, kind="duty_desk", phone="01632 960101")

    response = maggie.client.post(f"/agencies/{social_care.agency.uuid}/contact-points/add/", point(**fields))

    assert response.status_code == 422
    assert message in response.context["form"].errors[wrong][0]
    assert ContactPoint.objects.count() == 1


def test_an_outsider_changes_no_team_and_no_contact_point(olive: Person, social_care: Place) -> None:
    with as_owner():
        made = ContactPoint.objects.create(agency=social_care.agency, kind="duty_desk", phone="01632 960101")
    client = olive.client

    assert client.post(f"/teams/{social_care.team.uuid}/change/", {"name": "Mine"}).status_code == 404
    assert client.post(f"/contact-points/{made.uuid}/change/", point(phone="1")).status_code == 404
    assert client.post(f"/contact-points/{made.uuid}/remove/").status_code == 404
    assert ContactPoint.objects.filter(phone="01632 960101").exists()


def test_a_contact_point_does_not_tell_whether_somebody_elsewhere_has_an_account(
    maggie: Person, olive: Person, social_care: Place
) -> None:
    add = f"/agencies/{social_care.agency.uuid}/contact-points/add/"
    answers = [maggie.client.post(add, point(email=email)) for email in (olive.user.email, "nobody@example.org")]
    assert [answer.status_code for answer in answers] == [302, 302]
