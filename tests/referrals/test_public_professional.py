"""The numbers on the public form; a professional without an account: a working address, a call back, the outcome."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import ContactPoint, Membership
from referrals.models import Referral
from safeguard.notifications.models import OutboxMessage
from tests.conftest import Person, Place
from tests.factories import as_owner, make_agency
from tests.referrals.conftest import sent_referrals
from tests.referrals.test_public import (
    NEIGHBOUR,
    NURSE,
    asked_status,
    decided,
    receipt_of,
    receiver,  # noqa: F401  (a fixture that every test here needs)
    report,
    reporters,
)

pytestmark = pytest.mark.django_db


def confirm_link() -> str:
    with as_owner():
        body = OutboxMessage.objects.get(kind="referral.confirm").body
    return re.search(r"/report/confirm/\S+/", body).group()  # type: ignore[union-attr]  # it is there


def call_back(person: Person, referral: Referral) -> Any:
    page = reverse("referrals:called_back", args=[referral.uuid])
    return person.client.post(page, {"idempotency_key": str(uuid4()), "called": "on"})


def test_a_professional_hears_the_outcome_only_once_the_address_works_and_they_were_called_back(tess: Person) -> None:
    reference, secret = receipt_of(report("professional", **NURSE))
    decided(tess, sent_referrals()[0], "Offer the parenting group.")
    assert "Offer the parenting group" not in asked_status(reference, secret).content.decode()

    link = confirm_link()
    assert Client().get(link).status_code == 200
    assert reporters()[0].email_confirmed_at is None, "a mail scanner that opens the link confirms nothing"
    assert Client().post(link).status_code == 200
    assert "Offer the parenting group" not in asked_status(reference, secret).content.decode()
    triage = tess.client.get(reverse("referrals:triage", args=[sent_referrals()[0].uuid])).text
    assert "the address works; not checked whose it is" in triage
    with as_owner():
        assert not OutboxMessage.objects.filter(kind="referral.feed_back").exists()

    assert call_back(tess, sent_referrals()[0]).status_code == 302
    assert reporters()[0].called_back_by_id == tess.user.pk
    with as_owner():
        assert OutboxMessage.objects.get(kind="referral.feed_back").address == "nora@elm-surgery.example"

    page = asked_status(reference, secret).content.decode()
    assert "Offer the parenting group" in page
    assert "Information and advice" in page


def test_a_confirmed_professional_is_written_to_without_a_word_of_content(tess: Person) -> None:
    report("professional", **NURSE)
    Client().post(confirm_link())
    call_back(tess, sent_referrals()[0])
    decided(tess, sent_referrals()[0], "Offer the parenting group.")

    with as_owner():
        note = OutboxMessage.objects.get(kind="referral.feed_back")
    assert note.address == "nora@elm-surgery.example"
    assert not [word for word in ("Robin", "parenting", "advice", "shouting") if word in note.subject + note.body]


def test_an_unconfirmed_address_and_a_member_of_the_public_are_not_written_to(tess: Person) -> None:
    report("professional", **NURSE)
    report(**NEIGHBOUR)
    for each in sent_referrals():
        decided(tess, each, "Reasons.")

    with as_owner():
        assert not OutboxMessage.objects.filter(kind="referral.feed_back").exists()


def test_only_who_works_on_it_notes_a_call_back_once_and_only_of_a_professional(
    tess: Person, daisy: Person, hana: Person
) -> None:
    report("professional", **NURSE)
    report(**NEIGHBOUR)
    nurse, neighbour = sent_referrals()

    assert {call_back(each, nurse).status_code for each in (daisy, hana)} == {404}
    assert call_back(tess, neighbour).status_code == 404
    unticked = reverse("referrals:called_back", args=[nurse.uuid])
    assert tess.client.post(unticked, {"idempotency_key": str(uuid4())}).status_code == 422
    assert reporters()[0].called_back_at is None
    assert [call_back(tess, nurse).status_code for _twice in range(2)] == [302, 422]


@pytest.mark.parametrize(
    ("kind", "said"), [("public", "nobody is told"), ("professional", "until their address works")]
)
def test_triage_does_not_read_that_somebody_was_told_who_was_not(kind: str, said: str, tess: Person) -> None:
    report(kind, **(NEIGHBOUR if kind == "public" else NURSE))
    (made,) = sent_referrals()
    decided(tess, made, "Reasons.")

    page = tess.client.get(reverse("referrals:triage", args=[made.uuid])).text

    assert said in page
    assert "Outcome told to the referrer" not in page
    assert "you have been told" not in page


def test_only_an_agency_with_somebody_who_works_on_reports_is_offered(tess: Person) -> None:
    empty = make_agency("Empty Council", "social_care")
    page = Client().get(reverse("referrals:public_report", args=["public"])).content.decode()

    assert empty.name not in page
    assert report(to_agency=str(empty.uuid), **NEIGHBOUR).status_code == 200
    assert sent_referrals()[0].to_agency_id == tess.membership.agency_id


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [("young", "Childline: 0800 1111", "NSPCC"), ("public", "NSPCC helpline: 0808 800 5000", "Childline")],
)
def test_the_form_says_whom_to_call_as_the_profile_does(kind: str, said: str, unsaid: str) -> None:
    page = Client().get(reverse("referrals:public_report", args=[kind])).content.decode()

    assert said in page
    assert unsaid not in page
    assert "call 999" in page


def test_where_nobody_can_receive_a_report_the_telephone_is_left(social_care: Place) -> None:
    with as_owner():
        Membership.objects.all().delete()
        fields = {"kind": ContactPoint.Kind.DUTY_DESK, "phone": "01632 960200", "hours": "at any hour"}
        ContactPoint.objects.create(agency=social_care.agency, **fields)
    page = Client().get(reverse("referrals:public_start")).content.decode()

    assert "Reports cannot be sent here at the moment" in page
    assert "01632 960200" in page


@pytest.mark.parametrize("token", ["x", "x:y:z", "\x00"])
def test_a_link_that_was_made_up_confirms_nothing(token: str) -> None:
    report("professional", **NURSE)
    assert Client().post(reverse("referrals:public_confirm", args=[token])).status_code in {404, 410}
    assert reporters()[0].email_confirmed_at is None


@pytest.mark.parametrize("missing", ["name", "role", "organisation", "email", "phone", "consent", "ground"])
def test_a_professional_says_who_they_are_and_why_they_may_share(missing: str) -> None:
    assert report("professional", **{k: v for k, v in NURSE.items() if k != missing}).status_code == 422
    assert not sent_referrals()


def test_an_address_that_anybody_can_have_is_no_work_address() -> None:
    response = report("professional", **NURSE | {"email": "nora@gmail.com"})
    assert response.status_code == 422
    assert "where you work" in response.content.decode()
