"""A form is saved once, however often it is sent."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import FormSubmission
from agencies.once import forget_old_submissions
from cases.models import Case
from tests.conftest import Person, Place
from tests.factories import as_owner


def opening(place: Place, key: str) -> dict[str, str]:
    return {
        "given": "Robin",
        "surname": "Example",
        "birth": "unknown",
        "sex": "U",
        "team": str(place.team.uuid),
        "lawful_basis": "ca1989_s17",
        "idempotency_key": key,
    }


def cases() -> int:
    with as_owner():
        return Case.objects.count()


def test_a_form_sent_twice_saves_once_and_leads_to_the_same_place(alice: Person, social_care: Place) -> None:
    client, sent = alice.client, opening(social_care, str(uuid4()))

    first, second = (client.post(reverse("cases:open"), sent) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert cases() == 1
    assert "saved already" in client.get(second.headers["Location"]).text


def test_a_form_that_was_refused_can_be_corrected_and_sent_again(alice: Person, social_care: Place) -> None:
    client, sent = alice.client, opening(social_care, str(uuid4()))

    refused = client.post(reverse("cases:open"), sent | {"given": "", "surname": ""})
    saved = client.post(reverse("cases:open"), sent)

    assert refused.status_code == 422
    assert saved.status_code == 302
    assert cases() == 1


def test_the_same_key_of_another_person_or_page_means_nothing(alice: Person, tess: Person, social_care: Place) -> None:
    sent = opening(social_care, str(uuid4()))

    alice.client.post(reverse("cases:open"), sent)
    tess.client.post(reverse("cases:open"), sent)

    assert cases() == 2


@pytest.mark.parametrize("key", ["", "nonsense", "0" * 5000])
def test_a_form_without_a_key_that_can_be_read_is_simply_saved(key: str, alice: Person, social_care: Place) -> None:
    assert alice.client.post(reverse("cases:open"), opening(social_care, key)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_save_once(alice: Person, social_care: Place) -> None:
    sent, answers = opening(social_care, str(uuid4())), []
    clients = [alice.client, alice.client]

    def click(client: Client) -> None:
        answers.append(client.post(reverse("cases:open"), sent).headers["Location"])
        connection.close()

    threads = [threading.Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(answers)) == 1
    assert cases() == 1


def test_what_was_saved_long_ago_is_forgotten(alice: Person, social_care: Place) -> None:
    alice.client.post(reverse("cases:open"), opening(social_care, str(uuid4())))
    assert forget_old_submissions() == 0
    with as_owner():
        FormSubmission.objects.update(saved_at=timezone.now() - timedelta(days=8))

    assert forget_old_submissions() == 1


def test_one_key_at_two_addresses_is_two_forms(alice: Person, social_care: Place) -> None:
    client, sent = alice.client, opening(social_care, str(uuid4()))
    profile = {"name": "Alice Archer", "phone": "01632 960100", "idempotency_key": sent["idempotency_key"]}

    opened = client.post(reverse("cases:open"), sent)
    changed = [client.post(reverse("agencies:profile_change"), profile) for _ in range(2)]

    assert opened.status_code == 302
    assert [answer.headers["Location"] for answer in changed] == [reverse("agencies:profile")] * 2
    assert FormSubmission.objects.count() == 2
