"""The page on which an information governance lead reads the audit."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.governed import governed_rows
from agencies.models import Membership
from agencies.roles import Role
from safeguard.audit import actions
from safeguard.audit.models import AuditRow
from tests.agencies.sign_in_steps import enter_password, signed_in
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership


def did(person: Person, action: str, kind: str = "change", **fields: Any) -> None:
    actions.record(action, by=person.by, kind=AuditRow.Kind(kind), **fields)


def page(reader: Person, /, **query: str) -> str:
    response = reader.client.get("/audit/", query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_lead_sees_what_people_did_while_they_acted_for_the_agency(ian: Person, alice: Person, tariq: Person) -> None:
    did(alice, "team.create", target="agencies.Team", uuids=[uuid4()], reason="a new desk")
    did(tariq, "school.thing")
    text = page(ian)
    assert "Alice Archer" in text
    assert "team: create" in text
    assert "a new desk" in text
    assert "school: thing" not in text
    assert "Tariq" not in text


def test_looking_is_recorded_with_what_was_asked(ian: Person, alice: Person) -> None:
    page(ian, kind="read")
    row = AuditRow.objects.get(action="audit.view")
    assert (row.kind, row.user_id, row.detail) == ("read", ian.user.pk, {"kind": "read"})


@pytest.mark.parametrize("name", ["alice", "maggie", "adam", "ana", "daisy"])
def test_nobody_else_may_look_and_the_attempt_is_recorded(name: str, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(name)
    assert person.client.get("/audit/").status_code == 404
    row = AuditRow.objects.get(action="audit.view")
    assert (row.kind, row.user_id) == ("refusal", person.user.pk)


def test_each_filter_narrows_the_list(ian: Person, alice: Person, tess: Person) -> None:
    about = uuid4()
    did(alice, "membership.end", uuids=[about])
    did(tess, "case.view", kind="read", uuids=[uuid4()])
    by_alice = page(ian, person=str(alice.user.uuid))
    assert "membership: end" in by_alice
    assert "case: view" not in by_alice
    for query in ({"kind": "read"}, {"action": "case"}, {"person": str(tess.user.uuid)}):
        text = page(ian, **query)
        assert "case: view" in text, query
        assert "membership: end" not in text, query
    assert "membership: end" in page(ian, target=str(about))
    assert "case: view" not in page(ian, target=str(about))


def test_a_period_includes_both_its_days(ian: Person, alice: Person) -> None:
    did(alice, "membership.end")
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    assert "membership: end" in page(ian, since=str(today), until=str(today))
    assert "membership: end" not in page(ian, since=str(yesterday), until=str(yesterday))


def test_an_unknown_person_has_done_nothing(ian: Person, alice: Person) -> None:
    did(alice, "membership.end")
    assert "Nothing found" in page(ian, person=str(uuid4()))


@pytest.mark.parametrize(
    "query", [{"person": "x"}, {"since": "32"}, {"kind": "x"}, {"target": "\x00"}, {"cursor": "x"}]
)
def test_wrong_types_in_the_address_are_passed_over(ian: Person, query: dict[str, str]) -> None:
    page(ian, **query)


def test_an_e_mail_address_is_sent_by_post_and_never_stands_in_an_address(ian: Person, alice: Person) -> None:
    response = ian.client.post("/audit/", {"email": "Alice@Example.org", "kind": "change"})
    assert response.status_code == 302
    assert response["Location"] == f"/audit/?kind=change&person={alice.user.uuid}"


def test_the_address_of_somebody_in_another_agency_is_as_good_as_unknown(ian: Person, olive: Person) -> None:
    for email in ("olive@example.org", "nobody@example.org"):
        response = ian.client.post("/audit/", {"email": email})
        assert response.status_code == 422
        assert "Nobody of this agency has this e-mail address" in response.content.decode()


def test_a_period_that_ends_before_it_begins_says_so_and_keeps_what_was_typed(ian: Person) -> None:
    typed = {"since-day": "2", "since-month": "3", "since-year": "2026"}
    typed |= {"until-day": "1", "until-month": "3", "until-year": "2026"}
    response = ian.client.post("/audit/", typed)
    assert response.status_code == 422
    assert "“To” must not be before “From”" in response.content.decode()
    assert 'value="2026"' in response.content.decode()


def test_a_long_list_is_read_page_by_page(ian: Person, alice: Person) -> None:
    for number in range(30):
        did(alice, f"a.{number:02}")
    client = ian.client
    first = client.get("/audit/", {"action": "a."})
    second = client.get("/audit/", {"action": "a.", "cursor": first.context["page"].after})
    shown = [row.action for each in (first, second) for row in each.context["page"].items]
    assert shown == [f"a.{number:02}" for number in reversed(range(30))]


@pytest.mark.parametrize("count", [1, 20])
def test_the_number_of_queries_does_not_grow(
    ian: Person, alice: Person, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        did(alice, f"a.{number}")
    client = ian.client
    client.get("/audit/")
    with django_assert_num_queries(AUDIT_QUERIES):
        client.get("/audit/")


# Session, person, membership, row-security settings, members, what the reader is kept out of, rows, their people,
# the record of this view, unread count; in tests also two savepoints and the settings' clearing.
AUDIT_QUERIES = 14


def test_a_record_is_searched_for_by_its_reference(ian: Person) -> None:
    answer = ian.client.post("/audit/", {"target": "00000000-0000-4000-8000-000000000000"})

    assert answer.status_code == 302


def test_somebody_who_never_worked_here_is_as_good_as_unknown(ian: Person, olive: Person) -> None:
    text = page(ian, person=str(olive.user.uuid))
    assert "Unknown person" in text
    assert "Olive" not in text
    assert "olive@example.org" not in text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_beyond_the_calendar_in_the_address_is_passed_over(ian: Person, day: str) -> None:
    for name in ("until", "since"):
        assert "There is a problem" not in page(ian, **{name: day})


# --- Sign-ins, which are done for no agency --------------------------------------------------------


def actions_shown(reader: Person) -> list[str]:
    rows = reader.client.get("/audit/").context["page"].items
    return [row.action for row in rows if row.kind == "sign_in"]


def test_a_lead_sees_sign_ins_and_failed_attempts_of_the_agencys_people_only(
    ian: Person, alice: Person, tariq: Person
) -> None:
    signed_in(alice.user)
    enter_password(Client(), alice.user.email, "wrong")
    signed_in(tariq.user)
    enter_password(Client(), tariq.user.email, "wrong")
    enter_password(Client(), "nobody@example.org", "wrong")

    assert actions_shown(ian) == ["sign_in.failed", "sign_in.succeeded"]


def test_a_sign_in_of_somebody_in_two_agencies_is_shown_to_both_and_their_work_to_one(
    ian: Person, alice: Person, olive: Person, millbrook: Place
) -> None:
    elsewhere = make_membership(alice.user, millbrook.agency, Role.PRACTITIONER)
    with as_owner():
        Membership.objects.filter(pk=olive.membership.pk).update(roles=[Role.INFORMATION_GOVERNANCE_LEAD])
    signed_in(alice.user)
    did(Person(alice.user, elsewhere), "school.thing")

    assert actions_shown(ian) == actions_shown(olive) == ["sign_in.succeeded"]
    assert "school: thing" not in page(ian)
    assert "school: thing" in page(olive)


def test_of_a_leaver_the_sign_ins_from_before_the_end_are_shown(ian: Person, alice: Person, oakfield: Place) -> None:
    make_membership(alice.user, oakfield.agency, Role.PRACTITIONER)
    signed_in(alice.user)
    with as_owner():
        Membership.objects.filter(pk=alice.membership.pk).update(until=timezone.now())
    signed_in(alice.user)
    enter_password(Client(), alice.user.email, "wrong")

    assert actions_shown(ian) == ["sign_in.succeeded"]


MANY_ROWS = """
    INSERT INTO audit_auditrow (kind, action, user_id, agency_id, job, target, target_uuids, reason, detail, channel,
        request_id)
    SELECT CASE n % 2 WHEN 0 THEN 'sign_in' ELSE 'read' END, 'a.b', n % 500 + 100000,
        CASE n % 2 WHEN 0 THEN NULL ELSE n % 50 + 100000 END, '', '', ARRAY[gen_random_uuid()], '', '{}', 'web', ''
    FROM generate_series(1, 20000) n
"""


def test_the_page_reads_no_table_from_end_to_end(ian: Person, alice: Person) -> None:
    signed_in(alice.user)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(MANY_ROWS)
        cursor.execute("ANALYZE audit_auditrow")

    plan = governed_rows(ian.by.agency_id or 0).order_by("-id")[:26].explain()

    assert "Seq Scan on audit_auditrow" not in plan
    assert "audit_sign_ins_of_person" in plan
    assert "audit_newest_of_agency" in plan
