"""An invitation: sent by a manager, accepted once, by the right person, in time."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.actions import agencies, invitations
from agencies.actions.terms import Terms
from agencies.models import Agency, ContactPoint, Invitation, Membership, User
from agencies.roles import Can, Role
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import OutboxMessage
from tests.agencies.sign_in_steps import give_app, signed_in
from tests.conftest import Person, Place
from tests.factories import act, as_owner, make_membership

PASSWORD = "four unrelated plain words"
ADDRESS = "nia.north@example.org"


def terms(place: Place, **fields: Any) -> Terms:
    given: dict[str, Any] = {"roles": frozenset({Role.PRACTITIONER}), "since": timezone.now()}
    return Terms(**{**given, "teams": frozenset({place.team}), **fields})


def invited(by: Person, place: Place, email: str = ADDRESS, **fields: Any) -> Invitation:
    return invitations.invite(place.agency, email=email, name="Nia North", terms=terms(place, **fields), by=by.by)


def link(address: str = ADDRESS) -> str:
    """Return the path of the newest invitation's link, from its e-mail."""
    with as_owner():
        mail = OutboxMessage.objects.filter(address=address, kind="invitation").latest("id")
    found = re.search(r"https?://[^/]+(/join/[\w-]+/)", mail.body)
    assert found is not None
    return found[1]


def change(invitation: Invitation, **fields: Any) -> None:
    with as_owner():
        Invitation.objects.filter(pk=invitation.pk).update(**fields)


def follow(client: Client, path: str) -> Any:
    return client.get(path, follow=True)


def joined(client: Client, path: str, name: str = "Nia North") -> Any:
    client.get(path)
    return client.post("/join/", {"name": name, "password": PASSWORD})


# --- Sending --------------------------------------------------------------------------------------


def test_the_secret_is_in_the_link_only(maggie: Person, social_care: Place) -> None:
    invitation = invited(maggie, social_care)

    secret = link().split("/")[2]
    with as_owner():
        mail = OutboxMessage.objects.get(address=ADDRESS)
    assert len(secret) >= 43
    assert secret not in invitation.secret_hash
    assert secret not in mail.dedupe_key
    assert "Nia" not in mail.subject + mail.body
    assert mail.is_secret
    assert AuditRow.objects.get(action="invitation.send").target_uuids == [invitation.uuid]


def test_inviting_a_member_says_that_they_work_here(maggie: Person, alice: Person, social_care: Place) -> None:
    with pytest.raises(ValidationError) as refused:
        invited(maggie, social_care, email="ALICE@example.org")

    assert "already works here" in refused.value.message_dict["email"][0]


def test_somebody_who_left_can_be_invited_again(maggie: Person, alice: Person, social_care: Place) -> None:
    with as_owner():
        past = timezone.now() - timedelta(days=2)
        Membership.objects.filter(pk=alice.membership.pk).update(since=past - timedelta(days=9), until=past)

    invited(maggie, social_care, email=alice.user.email)


def test_a_second_invitation_to_one_address_offers_to_send_again(maggie: Person, social_care: Place) -> None:
    invited(maggie, social_care)

    with pytest.raises(ValidationError) as refused:
        invited(maggie, social_care)

    assert "send it again" in refused.value.message_dict["email"][0]
    assert Invitation.objects.count() == 1


def test_a_shared_mailbox_cannot_be_invited(maggie: Person, social_care: Place, oakfield: Place) -> None:
    with as_owner():
        ContactPoint.objects.create(agency=oakfield.agency, kind="shared_mailbox", email="Duty@example.org")

    with pytest.raises(ValidationError) as refused:
        invited(maggie, social_care, email="duty@example.org")

    assert "shared mailbox" in refused.value.message_dict["email"][0]
    assert not Invitation.objects.exists()


def test_the_answer_is_the_same_for_an_address_with_an_account_elsewhere(
    maggie: Person, tariq: Person, social_care: Place
) -> None:
    url = f"/agencies/{social_care.agency.uuid}/people/invite/"
    data = {"name": "Some Body", "roles": ["practitioner"], "basis": "employee", "clearance": "0"}

    known = maggie.client.post(url, {**data, "email": tariq.user.email}, follow=True)
    unknown = maggie.client.post(url, {**data, "email": "unknown@example.org"}, follow=True)

    assert known.status_code == unknown.status_code == 200
    assert [str(m) for m in known.context["messages"]] == [str(m) for m in unknown.context["messages"]]


def test_a_manager_cannot_invite_beyond_what_they_may_give(maggie: Person, social_care: Place) -> None:
    with pytest.raises(ValidationError) as refused:
        invited(maggie, social_care, roles=frozenset({Role.ADMINISTRATOR}), clearance=3)

    assert set(refused.value.message_dict) == {"roles", "clearance"}


def test_a_membership_that_would_end_before_it_starts_is_refused(maggie: Person, social_care: Place) -> None:
    now = timezone.now()
    with pytest.raises(ValidationError) as refused:
        invited(maggie, social_care, since=now + timedelta(days=9), until=now + timedelta(days=3))

    assert "before the first day" in refused.value.message_dict["until"][0]


def test_nobody_invites_to_another_agency(olive: Person, social_care: Place) -> None:
    with pytest.raises(Http404):
        invited(olive, social_care)


# --- Joining as a new person ----------------------------------------------------------------------


def test_a_new_person_gets_account_membership_and_groups_and_is_led_to_the_second_step(
    maggie: Person, social_care: Place
) -> None:
    invited(maggie, social_care)
    client = Client()

    page = follow(client, link())
    response = joined(client, link(), name="Nia Northwood")

    assert page.context["form"].initial["name"] == "Nia North"
    assert response.status_code == 302
    assert response["Location"].endswith(reverse("mfa_index"))
    user = User.objects.get(email=ADDRESS)
    assert user.name == "Nia Northwood"
    assert EmailAddress.objects.get(user=user).verified
    assert act(user).can(Can.WORK_CASES)
    assert set(user.groups.all()) == {social_care.team.group}
    assert client.get("/directory/").status_code == 200
    actions = set(AuditRow.objects.filter(user_id=user.pk).values_list("action", flat=True))
    assert {"membership.add", "invitation.accept"} <= actions


def test_the_secret_stands_in_no_address_after_the_first(maggie: Person, social_care: Place) -> None:
    invited(maggie, social_care)

    response = Client().get(link())

    assert response.status_code == 302
    assert response["Location"] == "/join/"


def test_a_weak_password_is_refused_beside_its_field_and_the_invitation_stays_open(
    maggie: Person, social_care: Place
) -> None:
    invited(maggie, social_care)
    client = Client()
    client.get(link())

    response = client.post("/join/", {"name": "Nia North", "password": "short"})

    assert response.status_code == 422
    assert response.context["form"].errors["password"]
    assert not User.objects.filter(email=ADDRESS).exists()
    assert joined(client, link()).status_code == 302


def test_an_upcoming_membership_is_accepted_and_opens_nothing_yet(maggie: Person, social_care: Place) -> None:
    invited(maggie, social_care, since=timezone.now() + timedelta(days=20))

    joined(Client(), link())

    user = User.objects.get(email=ADDRESS)
    assert act(user).membership is None
    assert not user.groups.exists()


# --- Links that do not work -----------------------------------------------------------------------


def test_an_expired_invitation_says_so_and_offers_a_new_one(maggie: Person, social_care: Place) -> None:
    change(invited(maggie, social_care), expires_at=timezone.now() - timedelta(seconds=1))

    response = follow(Client(), link())

    assert response.status_code == 410
    assert b"has expired" in response.content
    assert b"send it again" in response.content


def test_a_used_invitation_says_so_and_makes_nobody(maggie: Person, social_care: Place) -> None:
    invited(maggie, social_care)
    joined(Client(), link())

    response = joined(Client(), link(), name="Somebody Else")

    assert response.status_code == 410
    assert b"has been used" in response.content
    assert User.objects.filter(email=ADDRESS).count() == 1
    assert User.objects.get(email=ADDRESS).name == "Nia North"


def test_a_withdrawn_invitation_says_so(maggie: Person, social_care: Place) -> None:
    invitations.withdraw(invited(maggie, social_care), by=maggie.by)

    response = follow(Client(), link())

    assert response.status_code == 410
    assert b"was withdrawn" in response.content


def test_sending_again_makes_a_new_link_and_stops_the_old(maggie: Person, social_care: Place) -> None:
    invitation = invited(maggie, social_care)
    old = link()
    change(invitation, expires_at=timezone.now() - timedelta(days=1))

    invitations.resend(invitation, by=maggie.by)

    assert follow(Client(), old).status_code == 404
    assert joined(Client(), link()).status_code == 302


@pytest.mark.parametrize("secret", ["x", "A" * 43, "0" * 500, "%00", "é", "..", "<b>"])
def test_garbage_gets_one_page_that_reveals_nothing(db: None, secret: str) -> None:
    response = follow(Client(), f"/join/{secret}/")

    assert response.status_code == 404
    if response.resolver_match is not None:
        assert b"This link is not valid" in response.content


def test_the_page_without_a_link_is_the_same(db: None) -> None:
    first, second = follow(Client(), "/join/" + "B" * 43 + "/"), Client().get("/join/")

    assert first.status_code == second.status_code == 404
    assert first.content == second.content


def test_an_invitation_of_a_closed_agency_opens_nothing(maggie: Person, adam: Person, oakfield: Place) -> None:
    invited(adam, oakfield)
    agencies.set_status(oakfield.agency, Agency.Status.CLOSED, reason="Merged", by=adam.by)

    assert follow(Client(), link()).status_code == 410
    with pytest.raises(invitations.NotOpen):
        invitations.find_open(link().split("/")[2])


@pytest.mark.parametrize("action", [invitations.resend, invitations.withdraw])
def test_what_is_withdrawn_can_be_neither_sent_nor_withdrawn_again(
    maggie: Person, social_care: Place, action: Any
) -> None:
    invitation = invited(maggie, social_care)
    invitations.withdraw(invitation, by=maggie.by)

    with pytest.raises(ValidationError, match="accepted or withdrawn already"):
        action(invitation, by=maggie.by)


# --- Joining as somebody who has an account -------------------------------------------------------


def test_somebody_with_an_account_signs_in_and_accepts(maggie: Person, tariq: Person, social_care: Place) -> None:
    invited(maggie, social_care, email=tariq.user.email)
    path = link(tariq.user.email)

    visitor = follow(Client(), path)
    assert b"Sign in to accept" in visitor.content

    client = tariq.client
    assert b"Accept invitation" in follow(client, path).content
    response = client.post("/join/", follow=True)

    assert response.status_code == 200
    assert response.context["viewer"].membership.agency == social_care.agency
    assert Membership.objects.live().of(tariq.user).count() == 2
    assert social_care.team.group in tariq.user.groups.all()


def test_a_former_member_without_any_membership_can_accept(maggie: Person, alice: Person, social_care: Place) -> None:
    with as_owner():
        past = timezone.now() - timedelta(days=2)
        Membership.objects.filter(pk=alice.membership.pk).update(since=past - timedelta(days=9), until=past)
    invited(maggie, social_care, email=alice.user.email)
    client = alice.client

    follow(client, link(alice.user.email))
    client.post("/join/")

    assert act(alice.user).can(Can.WORK_CASES)


def test_the_wrong_account_is_told_so_and_learns_nothing_more(
    maggie: Person, tariq: Person, olive: Person, social_care: Place
) -> None:
    for address in (tariq.user.email, ADDRESS):
        invited(maggie, social_care, email=address)
        client = olive.client

        shown, sent = follow(client, link(address)), client.post("/join/")

        assert shown.status_code == sent.status_code == 403
        assert b"not for this account" in shown.content
        assert address.encode() not in shown.content
        assert social_care.agency.name.encode() not in shown.content
    assert not Membership.objects.filter(user=olive.user, agency=social_care.agency).exists()


def test_an_overlap_that_arose_meanwhile_is_explained_and_the_invitation_stays_open(
    maggie: Person, tariq: Person, social_care: Place
) -> None:
    invitation = invited(maggie, social_care, email=tariq.user.email)
    make_membership(tariq.user, social_care.agency, Role.PRACTITIONER)
    client = tariq.client
    follow(client, link(tariq.user.email))

    response = client.post("/join/")

    assert response.status_code == 409
    assert b"another membership of the agency" in response.content
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


# --- Oneself --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["maggie", "adam"])
def test_nobody_invites_themself(
    name: str, social_care: Place, oakfield: Place, request: pytest.FixtureRequest
) -> None:
    sender: Person = request.getfixturevalue(name)
    place = oakfield if name == "adam" else social_care
    with as_owner():
        EmailAddress.objects.create(user=sender.user, email="second@example.org", verified=True)

    for address in (sender.user.email.upper(), "second@example.org"):
        with pytest.raises(ValidationError, match="cannot invite yourself"):
            invited(sender, place, email=address, since=timezone.now() + timedelta(days=400))

    assert not Invitation.objects.exists()


def test_who_takes_the_invited_address_afterwards_cannot_accept_their_own_invitation(
    adam: Person, oakfield: Place
) -> None:
    invited(adam, oakfield)
    path = link()
    with as_owner():
        EmailAddress.objects.create(user=adam.user, email=ADDRESS, verified=True)
    client = adam.client
    client.get(path)

    assert client.post("/join/").status_code == 409
    assert not Membership.objects.filter(user=adam.user, agency=oakfield.agency).exists()


def test_an_account_with_a_second_step_gives_it_before_it_accepts(
    maggie: Person, tariq: Person, social_care: Place, settings: Any
) -> None:
    settings.MFA_REQUIRED = True
    invited(maggie, social_care, email=tariq.user.email)
    path, client = link(tariq.user.email), signed_in(tariq.user)
    with as_owner():
        give_app(tariq.user)
    client.get(path)

    answer = client.post("/join/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/confirm/code/?next=%2Fjoin%2F"
    assert not Membership.objects.filter(user=tariq.user, agency=social_care.agency).exists()
