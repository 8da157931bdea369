"""Who works where, and how to reach the duty desk."""

from typing import Any

from agencies.actions import agencies, memberships
from agencies.models import Agency, ContactPoint
from tests.conftest import Person, Place
from tests.factories import as_owner, make_agency


def agencies_on(response: Any) -> list[str]:
    return [agency.name for agency in response.context["page"].items]


def people_on(response: Any) -> list[str]:
    return [membership.user.name for membership in response.context["page"].items]


def test_it_shows_the_duty_desk_and_out_of_hours(vera: Person, police: Place) -> None:
    with as_owner():
        ContactPoint.objects.create(agency=police.agency, kind="duty_desk", phone="01632 960131", hours="Day and night")
        Agency.objects.filter(pk=police.agency.pk).update(out_of_hours="Control room, 101")

    for path in ("/directory/", f"/directory/agencies/{police.agency.uuid}/"):
        content = vera.client.get(path).content.decode()
        assert "01632 960131" in content
        assert "Day and night" in content
        assert "Control room, 101" in content


def test_agencies_are_found_by_name_and_sector(vera: Person, police: Place, oakfield: Place, millbrook: Place) -> None:
    client = vera.client

    assert agencies_on(client.get("/directory/?name=oak")) == ["Oakfield Primary School"]
    assert agencies_on(client.get("/directory/?sector=education")) == ["Millbrook Academy", "Oakfield Primary School"]
    assert agencies_on(client.get("/directory/?name=oak&sector=police")) == []


def test_people_are_found_by_name_agency_and_sector(
    vera: Person, tariq: Person, daisy: Person, olive: Person, piotr: Person
) -> None:
    client = vera.client

    assert people_on(client.get("/directory/people/?name=TUR")) == ["Tariq Turner"]
    assert people_on(client.get("/directory/people/?agency=oakfield")) == ["Daisy Dale", "Tariq Turner"]
    assert people_on(client.get("/directory/people/?sector=police")) == ["Piotr Pryce"]
    assert people_on(client.get("/directory/people/?name=nobody")) == []


def test_it_shows_no_sign_in_address(vera: Person, tariq: Person) -> None:
    assert tariq.user.email.encode() not in vera.client.get("/directory/people/").content


def test_who_has_left_is_not_listed(vera: Person, tariq: Person, daisy: Person) -> None:
    memberships.end(tariq.membership, by=daisy.by)

    assert "Tariq Turner" not in people_on(vera.client.get("/directory/people/"))


def test_a_closed_agency_is_found_only_by_who_can_reopen_it(vera: Person, adam: Person, tariq: Person) -> None:
    agency = tariq.membership.agency
    agencies.set_status(agency, Agency.Status.CLOSED, reason="Merged", by=adam.by)
    path = f"/directory/agencies/{agency.uuid}/"

    assert agency.name not in agencies_on(vera.client.get("/directory/"))
    assert "Tariq Turner" not in people_on(vera.client.get("/directory/people/"))
    assert vera.client.get(path).status_code == 404
    assert adam.client.get(path).status_code == 200
    assert agency.name in agencies_on(adam.client.get("/directory/"))


def test_many_agencies_go_on_over_pages(vera: Person) -> None:
    for number in range(55):
        make_agency(f"School {number:02}", "education")
    client, seen, url = vera.client, [], "/directory/"
    while url:
        response = client.get(url)
        seen += agencies_on(response)
        after = response.context["page"].after
        url = f"/directory/?cursor={after}" if after else ""

    assert len(seen) == len(set(seen)) == 56


def test_ways_to_change_are_shown_to_who_may(maggie: Person, alice: Person, social_care: Place) -> None:
    path = f"/directory/agencies/{social_care.agency.uuid}/"

    assert b"Add a team" in maggie.client.get(path).content
    assert b"Suspend" not in maggie.client.get(path).content
    assert b"Add a team" not in alice.client.get(path).content
