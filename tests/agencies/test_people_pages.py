"""The pages about people answer for whom they are meant, with the same 404 for everybody else."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.actions import invitations
from agencies.actions.terms import terms_of
from agencies.models import Invitation, Membership
from agencies.roles import Role
from safeguard.audit.models import AuditRow
from tests.conftest import Person, Place
from tests.factories import act, as_owner, make_membership, make_user

OWN = ["profile", "profile_change", "memberships", "switch", "directory", "directory_people"]
# What each page asks of the database beyond what the shell of every page asks, however many rows it shows.
QUERIES = {
    "profile": 0,
    "profile_change": 0,
    "memberships": 2,
    "switch": 1,
    "directory": 3,
    "directory_people": 3,
    "agency": 4,
    "people": 6,
    "invitations": 2,
    "membership": 8,
    "membership_change": 3,
    "membership_end": 10,
}


def waiting_invitation(maggie: Person, place: Place, number: int = 0) -> Invitation:
    return invitations.invite(
        place.agency,
        email=f"somebody{number}@example.org",
        name="Some Body",
        terms=terms_of(maggie.membership),
        by=maggie.by,
    )


def manager_pages(alice: Person, place: Place) -> dict[str, str]:
    """Return the addresses that ask for the right to manage people."""
    agency, membership = [place.agency.uuid], [alice.membership.uuid]
    by_agency = ["agency_people", "invite", "invitations", "agency_change", "team_add", "contact_point_add"]
    by_membership = ["membership", "membership_change", "membership_end"]
    pages = {name: reverse(f"agencies:{name}", args=agency) for name in by_agency}
    return pages | {name: reverse(f"agencies:{name}", args=membership) for name in by_membership}


def main_of(response: Any) -> bytes:
    """Return what the page says, without the shell, whose form token changes with every request."""
    part: bytes = re.sub(rb"[0-9a-f]{16}", b"<request>", response.content.split(b"<main")[1].split(b"</main>")[0])
    return part


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OWN)
def test_everybody_opens_their_own_pages_and_the_directory(vera: Person, name: str) -> None:
    assert vera.client.get(reverse(f"agencies:{name}")).status_code == 200


@pytest.mark.parametrize("name", [*OWN, "people"])
def test_a_visitor_is_led_to_sign_in(db: None, name: str) -> None:
    response = Client().get(reverse(f"agencies:{name}"))

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_a_manager_and_an_administrator_open_every_page_about_people(
    alice: Person, maggie: Person, adam: Person, social_care: Place
) -> None:
    for person in (maggie, adam):
        for name, url in manager_pages(alice, social_care).items():
            assert person.client.get(url).status_code == 200, name


def test_colleagues_and_outsiders_get_the_404_of_what_does_not_exist(
    alice: Person, tess: Person, ian: Person, olive: Person, social_care: Place
) -> None:
    absent = str(uuid4())
    for person in (tess, ian, olive):
        for url in manager_pages(alice, social_care).values():
            client = person.client
            parts = [part for part in url.split("/") if len(part) == 36]
            refused, missing = client.get(url), client.get(url.replace(parts[0], absent))
            assert refused.status_code == missing.status_code == 404, url
            assert main_of(refused) == main_of(missing), url
    assert AuditRow.objects.filter(kind="refusal", user_id=olive.user.pk).count() == 18


def test_a_refused_post_changes_nothing(alice: Person, olive: Person, social_care: Place) -> None:
    before = Membership.objects.get(pk=alice.membership.pk).updated_at
    for url in manager_pages(alice, social_care).values():
        assert olive.client.post(url, {"when": "now", "roles": ["manager"]}).status_code in {404, 405}

    assert Membership.objects.get(pk=alice.membership.pk).updated_at == before
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/memberships/1/",
        "/memberships/abc/end/",
        "/agencies/1/people/",
        "/agencies/%00/people/",
        "/invitations/1/resend/",
        "/directory/agencies/oakfield/",
        f"/memberships/{'9' * 400}/",
    ],
)
def test_wrong_types_in_addresses_are_not_found(maggie: Person, path: str) -> None:
    assert maggie.client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["state=nonsense", "team=1", "role=chief", "cursor=%00", "cursor=abc", "name=%00"])
def test_a_filter_that_makes_no_sense_is_no_server_error(maggie: Person, query: str) -> None:
    assert maggie.client.get(f"/people/?{query}").status_code == 200
    assert maggie.client.get(f"/directory/people/?{query}&sector=x").status_code == 200
    assert maggie.client.get(f"/directory/?{query}&sector=x").status_code == 200


# --- The list -------------------------------------------------------------------------------------


def names_on(response: Any) -> list[str]:
    return [membership.user.name for membership in response.context["page"].items]


def test_the_list_filters_by_status_team_role_and_name(
    alice: Person, tess: Person, maggie: Person, social_care: Place
) -> None:
    now = timezone.now()
    make_membership(make_user("Una Upcoming"), social_care.agency, Role.PRACTITIONER, since=now + timedelta(days=5))
    gone = make_user("Edna Ended")
    make_membership(
        gone, social_care.agency, Role.PRACTITIONER, since=now - timedelta(days=9), until=now - timedelta(days=1)
    )
    client = maggie.client

    assert names_on(client.get("/people/")) == ["Alice Archer", "Maggie Mills", "Tess Tanner"]
    assert names_on(client.get("/people/?state=upcoming")) == ["Una Upcoming"]
    assert names_on(client.get("/people/?state=ended")) == ["Edna Ended"]
    assert names_on(client.get("/people/?role=triage_officer")) == ["Tess Tanner"]
    assert names_on(client.get("/people/?name=arch")) == ["Alice Archer"]
    assert len(names_on(client.get(f"/people/?team={social_care.team.uuid}"))) == 3


def test_a_long_list_goes_on_over_pages_without_losing_anybody(maggie: Person, social_care: Place) -> None:
    for number in range(60):
        user = make_user(f"Person {number:02}", email=f"p{number}@example.org")
        make_membership(user, social_care.agency, Role.PRACTITIONER)
    client, seen, url = maggie.client, [], "/people/"
    while url:
        response = client.get(url)
        seen += names_on(response)
        after = response.context["page"].after
        url = f"/people/?cursor={after}" if after else ""

    assert len(seen) == len(set(seen)) == 61
    assert seen == sorted(seen, key=str.lower)


def test_an_agency_without_a_lead_says_so(maggie: Person, daisy: Person, social_care: Place) -> None:
    assert b"This agency is without a safeguarding lead" in maggie.client.get("/people/").content
    assert b"This agency is without" not in daisy.client.get("/people/").content


def test_an_agency_without_a_manager_says_so_to_the_administrator(tariq: Person, adam: Person) -> None:
    agency = tariq.membership.agency

    assert b"without a manager" in adam.client.get(reverse("agencies:agency", args=[agency.uuid])).content
    assert b"without a manager" not in tariq.client.get(reverse("agencies:agency", args=[agency.uuid])).content


# --- Changing by form -----------------------------------------------------------------------------


def date_parts(name: str, day: Any) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_a_manager_changes_a_membership_by_form(alice: Person, maggie: Person, social_care: Place) -> None:
    last = timezone.localdate() + timedelta(days=40)
    data = {
        "roles": ["mdt_lead"],
        "title": "Conference chair",
        "teams": [str(social_care.team.pk)],
        "basis": "locum",
        "clearance": "0",
        **date_parts("until", last),
    }
    response = maggie.client.post(f"/memberships/{alice.membership.uuid}/change/", data, follow=True)

    alice.membership.refresh_from_db()
    assert response.status_code == 200
    assert alice.membership.roles == ["mdt_lead"]
    assert alice.membership.last_day == last


def test_what_was_typed_stays_when_the_form_is_refused(alice: Person, maggie: Person) -> None:
    data = {"roles": ["practitioner"], "title": "Social worker", "basis": "locum", "clearance": "1"}
    response = maggie.client.post(f"/memberships/{alice.membership.uuid}/change/", data)

    assert response.status_code == 422
    assert "must have a last day" in response.context["form"].errors["until"][0]
    assert b'value="Social worker"' in response.content


def test_a_manager_is_not_offered_what_only_an_administrator_gives(alice: Person, maggie: Person, adam: Person) -> None:
    url = f"/memberships/{alice.membership.uuid}/change/"
    data = {"roles": ["practitioner", "administrator"], "basis": "employee", "clearance": "1"}

    assert b'value="administrator"' not in maggie.client.get(url).content
    assert maggie.client.post(url, data).status_code == 422
    assert adam.client.post(url, data).status_code == 302


def test_ending_by_form_with_a_day_before_the_start_is_refused_beside_the_field(alice: Person, maggie: Person) -> None:
    data = {"when": "day", **date_parts("until", timezone.localdate() - timedelta(days=3))}
    response = maggie.client.post(f"/memberships/{alice.membership.uuid}/end/", data)

    assert response.status_code == 422
    assert "before the first day" in response.context["form"].errors["until"][0]
    assert act(alice.user).membership is not None


def test_the_page_to_end_warns_of_the_last_lead(daisy: Person, tariq: Person, adam: Person) -> None:
    client = adam.client

    assert b"After this the agency is without" in client.get(f"/memberships/{daisy.membership.uuid}/end/").content
    assert b"After this the agency is without" not in client.get(f"/memberships/{tariq.membership.uuid}/end/").content


def test_the_page_to_end_lists_nothing_in_a_clear_sentence(alice: Person, maggie: Person) -> None:
    response = maggie.client.get(f"/memberships/{alice.membership.uuid}/end/")

    assert b"no open work is in their name" in response.content


def test_ending_now_by_form(alice: Person, maggie: Person) -> None:
    client = alice.client
    response = maggie.client.post(f"/memberships/{alice.membership.uuid}/end/", {"when": "now"}, follow=True)

    assert b"The membership has ended" in response.content
    assert client.get("/directory/").status_code in {302, 403}


def test_sending_again_and_withdrawing_by_button(maggie: Person, social_care: Place) -> None:
    invitation = waiting_invitation(maggie, social_care)
    client = maggie.client

    assert client.get(f"/invitations/{invitation.uuid}/resend/").status_code == 405
    again = client.post(f"/invitations/{invitation.uuid}/resend/", follow=True)
    gone = client.post(f"/invitations/{invitation.uuid}/withdraw/", follow=True)
    late = client.post(f"/invitations/{invitation.uuid}/resend/", follow=True)

    assert b"is sent again" in again.content
    assert b"is withdrawn" in gone.content
    assert b"accepted or withdrawn already" in late.content


def test_only_who_manages_sends_again(maggie: Person, olive: Person, social_care: Place) -> None:
    invitation = waiting_invitation(maggie, social_care)

    assert olive.client.post(f"/invitations/{invitation.uuid}/withdraw/").status_code == 404
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None


# --- Cost -----------------------------------------------------------------------------------------


def test_pages_cost_the_same_however_many_rows(alice: Person, maggie: Person, social_care: Place) -> None:
    urls = {name: reverse(f"agencies:{name}") for name in OWN}
    urls |= {name: reverse(f"agencies:{name}", args=[social_care.agency.uuid]) for name in ("agency", "invitations")}
    urls |= {"people": "/people/"}
    pages = manager_pages(alice, social_care)
    urls |= {name: pages[name] for name in ("membership", "membership_change", "membership_end")}
    client = maggie.client
    waiting_invitation(maggie, social_care, 1)
    client.get("/people/")
    shell = cost(client, "/profile/")
    few = {name: cost(client, url) for name, url in urls.items()}
    for number in range(12):
        user = make_user(f"Person {number:02}", email=f"p{number}@example.org")
        make_membership(user, social_care.agency, Role.PRACTITIONER, teams=(social_care.team,))
        waiting_invitation(maggie, social_care, 10 + number)

    assert {name: cost(client, url) for name, url in urls.items()} == few
    assert {name: found - shell for name, found in few.items()} == QUERIES


def cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_person_without_any_membership_sees_no_list(alice: Person) -> None:
    with as_owner():
        now = timezone.now()
        Membership.objects.filter(pk=alice.membership.pk).update(since=now - timedelta(days=2), until=now)

    response = alice.client.get("/directory/people/")

    assert response.status_code == 403
    assert b"Alice Archer" not in response.content.split(b"<main")[1]


@pytest.mark.parametrize("year", ["9999", "0001", "1066"])
def test_a_last_day_beyond_the_calendar_says_so_beside_the_field(year: str, maggie: Person, alice: Person) -> None:
    typed = {"when": "day", "until-day": "31", "until-month": "12", "until-year": year}
    answer = maggie.client.post(f"/memberships/{alice.membership.uuid}/end/", typed)
    assert answer.status_code == 422
    assert "the year must be between 1880 and 2199" in answer.content.decode()
