"""What is typed of a concern is never lost: not by a time-out, not by a second device, not by its length."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Membership
from cases.actions.drafts import discard_draft, save_draft
from cases.models import Case, Concern, ConcernDraft
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.cases.test_concerns import form, newest
from tests.conftest import Person, Place
from tests.factories import as_owner

SAVE, LOG, LIST = (reverse(f"cases:{name}") for name in ("draft_save", "concern_log", "concerns"))
DRAFT = UUID("6f6c0a53-5f0e-4c5e-9d1c-0d6f2a6c1b11")


def kept(client: Client, version: int = 0, draft: UUID | str = DRAFT, **typed: str) -> Any:
    """Send the form as the page's script does."""
    return client.post(SAVE, {"draft": str(draft), "draft_version": str(version), **typed})


def texts(person: Person) -> list[str]:
    with entered(person) as by:
        return sorted(" ".join(draft.content["facts"]) for draft in ConcernDraft.objects.visible_to(by))


def sent(person: Person, **more: str) -> dict[str, str]:
    return form(owner=str(person.user.uuid), draft=str(DRAFT), **more)


def test_what_is_typed_is_there_on_another_device(alice: Person) -> None:
    here, there = alice.client, alice.client
    first = kept(here, facts="He was").json()
    kept(here, first["version"], facts="He was limping", **{"occurred_on-day": "3"})

    page = there.get(LOG, {"draft": first["draft"]})

    assert "He was limping" in page.text
    assert 'name="occurred_on-day" type="text" inputmode="numeric" value="3"' in page.text
    assert "govuk-error-summary" not in page.text
    assert "He was limping" in there.get(LIST).text


def test_two_devices_lose_neither_text(alice: Person) -> None:
    here, there = alice.client, alice.client
    kept(here, facts="Seen")
    kept(here, 1, facts="Seen on the phone")

    answer = kept(there, 1, facts="Seen at the desk").json()

    assert texts(alice) == ["Seen at the desk", "Seen on the phone"]
    assert answer["draft"] != str(DRAFT)
    assert "another device" in answer["message"]
    assert kept(there, answer["version"], answer["draft"], facts="Seen at the desk, later").json()["version"] == 2
    assert texts(alice) == ["Seen at the desk, later", "Seen on the phone"]


def test_a_draft_that_was_discarded_elsewhere_comes_back_with_what_is_typed_here(alice: Person) -> None:
    kept(alice.client, facts="Seen")
    with entered(alice) as by:
        discard_draft(DRAFT, by=by)

    kept(alice.client, 1, facts="Seen again")

    assert texts(alice) == ["Seen again"]


def test_nobody_else_sees_or_changes_it_and_its_writer_only_where_they_wrote_it(
    alice: Person, mo: Person, oakfield: Place
) -> None:
    kept(alice.client, facts="Seen")
    with as_owner():
        Membership.objects.create(user=alice.user, agency=oakfield.agency, roles=["practitioner"])
    elsewhere = Person(alice.user, alice.user.memberships.get(agency=oakfield.agency))

    assert mo.client.get(LOG, {"draft": str(DRAFT)}).status_code == 404
    assert mo.client.post(reverse("cases:draft_discard", args=[DRAFT])).status_code == 404
    kept(mo.client, facts="Mine")
    assert texts(alice) == ["Seen"]
    assert texts(mo) == ["Mine"]
    for person, seen in ((alice, 1), (mo, 1), (elsewhere, 0)):
        with entered(person):
            assert len(ids_by_sql("cases_concerndraft")) == seen


def test_saving_the_concern_ends_its_draft(alice: Person) -> None:
    client = alice.client
    kept(client, facts="Came to school")

    client.post(LOG, sent(alice, draft_version="1"))

    assert newest().facts.startswith("Came to school")
    assert texts(alice) == []


def test_saving_an_older_text_leaves_what_another_device_went_on_with(alice: Person) -> None:
    kept(alice.client, facts="Came")
    kept(alice.client, 1, facts="Came to school, and more")

    alice.client.post(LOG, sent(alice, draft_version="1"))

    assert texts(alice) == ["Came to school, and more"]


def test_a_session_that_has_ended_keeps_the_text_on_the_page_and_the_draft_on_the_server(alice: Person) -> None:
    client = alice.client
    kept(client, facts="Came to school")
    client.logout()

    typing = kept(client, 1, facts="Came to school without a coat")
    sending = client.post(LOG, sent(alice, draft_version="1"))

    assert typing.status_code == sending.status_code == 401
    assert "Came to school without a coat for a week" in sending.text
    assert f'name="draft" value="{DRAFT}"' in sending.text
    assert texts(alice) == ["Came to school"]
    client.force_login(alice.user)
    client.post(LOG, sent(alice, draft_version="1"))
    assert texts(alice) == []
    assert newest().author == alice.user


def test_without_a_script_a_button_keeps_the_draft(alice: Person) -> None:
    answer = alice.client.post(LOG, sent(alice, keep_draft="1", facts="Half a sen"), follow=True)

    assert "Kept as a draft" in answer.text
    assert "Half a sen" in answer.text
    with as_owner():
        assert not Concern.objects.exists()


def test_a_pasted_book_is_kept_up_to_a_megabyte_and_beyond_it_that_is_said(alice: Person) -> None:
    assert kept(alice.client, facts="a" * 200_000).status_code == 200
    refused = kept(alice.client, 1, facts="a" * 1_100_000)

    assert refused.status_code == 413
    assert "still on this page" in refused.json()["message"]
    assert len(texts(alice)[0]) == 200_000


def test_discarding_asks_first(alice: Person) -> None:
    kept(alice.client, facts="Seen")
    address = reverse("cases:draft_discard", args=[DRAFT])

    assert "Seen" in alice.client.get(address).text
    assert texts(alice) == ["Seen"]
    alice.client.post(address)
    assert texts(alice) == []


def test_somebody_who_logs_no_concerns_keeps_no_draft(ana: Person) -> None:
    assert kept(ana.client, facts="Seen").status_code == 404
    with pytest.raises(ValidationError, match="does not log"), entered(ana) as by:
        save_draft(uuid4(), {}, version=0, by=by)


# --- The figure -----------------------------------------------------------------------------------

# What every request costs whatever it does: the session, who acts, the settings of the reader at both ends.
SESSIONS_OWN = ("django_session", '"last_login"', "live_teams", "set_config('app.user_id'")
FORMS_GUARD = ("agencies_saved_before", "agencies_formsubmission")  # what every form pays to be saved only once


def statements_of(person: Person, fields: dict[str, str]) -> list[str]:
    """Send the form and return its statements but savepoints and the session's own."""
    client = person.client
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(LOG, fields)
    assert answer.status_code == 302
    asked = [each["sql"] for each in queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    return [sql for sql in asked if not any(own in sql for own in SESSIONS_OWN)]


@pytest.mark.parametrize(("step", "most"), [("refer", 10), ("tell_worker", 12)])
def test_logging_a_concern_on_a_case_takes_few_queries(
    step: str, most: int, case: Case, alice: Person, mo: Person
) -> None:
    """Counts the POST that saves it: child, case and its lock, entry, concern, audit, inbox, the draft's end, all.

    Two of these are the guard that every form pays.
    """
    with as_owner():
        Case.objects.filter(pk=case.pk).update(allocated_to=mo.user, created_xact=1)
    kept(alice.client, facts="Came to school")
    fields = sent(alice, child=str(case.child.uuid), next_step=step, draft_version="1", idempotency_key=str(uuid4()))

    asked = statements_of(alice, fields)

    assert newest().case_id == case.pk
    assert len(asked) == most, "\n".join(sql[:120] for sql in asked)
    assert len([sql for sql in asked if any(guard in sql for guard in FORMS_GUARD)]) == 2
