"""Programs see what their holder sees, by the same doors as the pages: no more in lists, counts, cursors or errors."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from pytest_django.fixtures import Settings

from cases import access
from cases.actions import involvement, restriction
from cases.models import AccessLevel, Case, CaseGroupGrant, Child, ChildIdentifier, Involvement
from safeguard.audit.models import AuditRow
from safeguard.common.pagination import seal
from tests.agencies.sign_in_steps import give_app, signed_in
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.programs import Program, program_of

CASES, CHILDREN = "/api/v1/cases/", "/api/v1/children/"
NO_SUCH = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def school_case(case: Case, alice: Person, oakfield: Place) -> Case:
    """Alice's case with Oakfield's safeguarding team involved."""
    with entered(alice) as by:
        terms = involvement.Terms(purpose="Attendance", lawful_basis="Children Act 1989 s17")
        involvement.involve(case, oakfield.team, terms, by=by)
    return case


def child_of(case: Case) -> UUID:
    with as_owner():
        return Child.objects.get(cases=case).uuid


def uuids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["uuid"] for row in answer.json()["results"]]


def assert_sees(program: Program, case: Case) -> None:
    assert uuids(program.get(CASES)) == [str(case.uuid)]
    assert uuids(program.get(CHILDREN)) == [str(child_of(case))]
    assert program.get(CASES).json()["count"] == program.get(CHILDREN).json()["count"] == 1
    assert program.get(f"{CASES}{case.uuid}/").json()["child"] == str(child_of(case))
    assert program.get(f"{CHILDREN}{child_of(case)}/").json()["uuid"] == str(child_of(case))


QUESTIONS: list[dict[str, Any]] = [
    {},
    {"status": "open"},
    {"lead_sector": "social_care"},
    {"allocated_to": "nobody"},
    {"allocated_to": "my_team"},
    {"order": "due"},
    {"limit": 1},
]


def assert_sees_nothing(program: Program, case: Case) -> None:
    """No question in any form tells that the case and the child exist."""
    child = child_of(case)
    for question in QUESTIONS:
        body = program.get(CASES, question).json()
        assert body == {"count": 0, "count_is_capped": False, "next_cursor": None, "results": []}, question
    assert program.get(CHILDREN).json()["results"] == []
    for path, ref in ((CASES, case.uuid), (CHILDREN, child)):
        hidden, missing = program.get(f"{path}{ref}/"), program.get(f"{path}{uuid4()}/")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content
        assert dict(hidden.headers).keys() == dict(missing.headers).keys()


# --- Who sees what ---


def test_the_lead_team_sees_its_case_and_child(alice: Person, case: Case) -> None:
    assert_sees(program_of(alice), case)


def test_an_involved_team_sees_it(tariq: Person, school_case: Case) -> None:
    assert_sees(program_of(tariq), school_case)


def test_an_outsider_sees_nothing(olive: Person, school_case: Case) -> None:
    assert_sees_nothing(program_of(olive), school_case)


def test_somebody_excluded_sees_nothing_from_the_next_request_on(
    alice: Person, tariq: Person, school_case: Case
) -> None:
    program = program_of(tariq)
    assert_sees(program, school_case)

    with entered(alice) as by:
        restriction.exclude(school_case, tariq.user, reason="A relative", by=by)

    assert_sees_nothing(program, school_case)


def test_a_team_whose_part_has_expired_sees_nothing(tariq: Person, school_case: Case, oakfield: Place) -> None:
    program = program_of(tariq)
    assert_sees(program, school_case)

    with as_owner():
        past = {"since": Now() - timedelta(days=2), "until": Now() - timedelta(seconds=1)}
        Involvement.objects.filter(case=school_case, team=oakfield.team).update(**past)
        CaseGroupGrant.objects.filter(content_object=school_case, group=oakfield.team.group).update(**past)

    assert_sees_nothing(program, school_case)


def test_a_restricted_case_is_seen_by_the_people_named_alone(
    alice: Person, tariq: Person, daisy: Person, school_case: Case, social_care: Place
) -> None:
    named, involved = program_of(daisy), program_of(tariq)

    with entered(alice) as by:
        restriction.restrict(school_case, people=[daisy.user], duty_team=social_care.team, reason="Threats", by=by)

    assert_sees(named, school_case)
    assert_sees_nothing(involved, school_case)


def test_roles_that_work_with_no_case_are_refused(adam: Person, ana: Person, ian: Person, case: Case) -> None:
    for person in (adam, ana, ian):
        for path in (CASES, CHILDREN, f"{CASES}{case.uuid}/", f"{CHILDREN}{child_of(case)}/", f"{CASES}{uuid4()}/"):
            assert person.client.get(path).status_code == 403, path


def test_nothing_leaks_when_the_filter_is_forgotten(
    olive: Person, school_case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second lock: the application's filter is deleted on purpose, the database still shows nothing."""
    program = program_of(olive)
    monkeypatch.setattr("cases.querysets.ChildQuerySet.visible_to", lambda self, _by: self.all())

    assert_sees_nothing(program, school_case)


# --- Cursors and filters ---


def test_the_cursor_of_another_reader_gives_nothing_more(
    alice: Person, tariq: Person, olive: Person, case: Case, school_case: Case
) -> None:
    ahead = access.Position(school_case.opened_at + timedelta(days=1), 10**9)
    purpose = "api.cases,activity"
    cursor = seal(ahead, purpose)
    child_cursor = seal(ahead, "api.children")

    assert uuids(program_of(alice).get(CASES, {"cursor": cursor})) == [str(case.uuid)]
    assert uuids(program_of(olive).get(CASES, {"cursor": cursor})) == []
    assert uuids(program_of(alice).get(CHILDREN, {"cursor": child_cursor})) == [str(child_of(case))]
    assert uuids(program_of(olive).get(CHILDREN, {"cursor": child_cursor})) == []


@pytest.mark.parametrize(
    ("question", "seen"),
    [
        ({"status": "open"}, True),
        ({"status": "closed"}, False),
        ({"lead_sector": "social_care"}, True),
        ({"lead_sector": "education"}, False),
        ({"level_of_need": 4}, False),
        ({"allocated_to": "me"}, False),
        ({"allocated_to": "my_team"}, True),
        ({"allocated_to": "nobody"}, True),
        ({"order": "activity"}, True),
        ({"order": "due"}, False),
    ],
)
def test_filters_narrow_rows_and_count_alike(alice: Person, case: Case, question: dict[str, Any], seen: bool) -> None:
    body = program_of(alice).get(CASES, question).json()

    assert len(body["results"]) == int(seen)
    if "order" not in question:
        assert body["count"] == int(seen)


# --- What is shown ---


def test_a_case_shows_uuids_and_names_its_child_by_uuid_alone(alice: Person, case: Case) -> None:
    answer = program_of(alice).get(f"{CASES}{case.uuid}/")

    body = answer.json()
    assert body["uuid"] == str(case.uuid)
    assert body["reference"] == case.spoken_reference
    assert body["lead_agency"] == {"uuid": str(alice.membership.agency.uuid), "name": alice.membership.agency.name}
    assert "Robin" not in answer.content.decode()
    assert not {"id", "pk", "created_xact", "duty_team"} & body.keys()
    assert answer["Cache-Control"] == "no-store"


def test_a_child_shows_names_and_numbers_and_no_address(alice: Person, case: Case) -> None:
    child = child_of(case)
    with as_owner():
        ChildIdentifier.objects.create(
            child=Child.objects.get(uuid=child), kind="local", value="N-1", recorded_by=alice.user
        )

    body = program_of(alice).get(f"{CHILDREN}{child}/").json()

    assert body["names"] == [
        {"kind": "current", "given": "Robin", "surname": "Example", "since": body["names"][0]["since"], "until": None}
    ]
    assert [(each["kind"], each["value"]) for each in body["identifiers"]] == [("local", "N-1")]
    assert "addresses" not in body


# --- Who asks ---


@pytest.mark.parametrize("path", [CASES, CHILDREN, f"{CASES}{NO_SUCH}/", "/api/schema/", "/api/", "/api/v1/nothing/"])
def test_a_visitor_is_asked_to_sign_in_and_never_redirected(db: None, path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == 'Bearer realm="Safeguard"'


def test_a_session_opens_it_too(alice: Person, case: Case) -> None:
    assert uuids(alice.client.get(CASES)) == [str(case.uuid)]


def test_a_session_without_its_second_factor_is_refused(alice: Person, case: Case, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    client = signed_in(alice.user)

    answer = client.get(CASES)

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert "second factor" in answer.json()["detail"]


def test_a_session_with_both_factors_opens_it(alice: Person, case: Case, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    give_app(alice.user)

    assert signed_in(alice.user, app=True).get(CASES).status_code == 200


def test_a_session_needs_the_csrf_token_to_send_anything(alice: Person, case: Case) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user)

    assert client.post(CASES).status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_it_can_only_be_read(alice: Person, case: Case, method: str) -> None:
    for path in (CASES, f"{CASES}{case.uuid}/", CHILDREN, f"{CHILDREN}{child_of(case)}/", "/api/schema/"):
        answer = getattr(alice.client, method)(path)
        assert answer.status_code == 405, path
        assert answer["Allow"] == "GET, HEAD"


def test_somebody_whose_last_membership_ended_is_refused(alice: Person, case: Case) -> None:
    client = alice.client
    with as_owner():
        alice.membership.until = Now()
        alice.membership.save()

    answer = client.get(CASES)

    assert answer.status_code == 403
    assert "membership" in answer.json()["detail"]


# --- The record ---


def test_every_read_is_recorded_as_the_holders_with_the_way_in(alice: Person, case: Case) -> None:
    program, child = program_of(alice), child_of(case)
    expected = {
        CASES: ("case.list", [case.uuid]),
        f"{CASES}{case.uuid}/": ("case.view", [case.uuid]),
        CHILDREN: ("child.list", [child]),
        f"{CHILDREN}{child}/": ("child.view", [child]),
    }
    for path, (action, read) in expected.items():
        assert program.get(path).status_code == 200
        row = AuditRow.objects.filter(kind="read").latest("id")
        assert (row.action, row.target_uuids, row.channel) == (action, read, "api")
        assert (row.user_id, row.membership_uuid) == (alice.user.pk, alice.membership.uuid)


def test_a_refusal_is_recorded(olive: Person, case: Case) -> None:
    program_of(olive).get(f"{CASES}{case.uuid}/")

    row = AuditRow.objects.get(kind="refusal")
    assert (row.action, row.target_uuids, row.channel) == ("case.view", [case.uuid], "api")


def test_when_the_read_cannot_be_recorded_nothing_is_shown(
    alice: Person, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(alice)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_auditrow FROM app_web")

    answer = program.get(f"{CASES}{case.uuid}/")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert str(case.uuid) not in answer.content.decode()
    assert case.reference not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_levels_do_not_matter_for_reading(tariq: Person, school_case: Case) -> None:
    with entered(tariq) as by:
        assert access.level(by, school_case) == AccessLevel.VIEW

    assert program_of(tariq).get(f"{CASES}{school_case.uuid}/").status_code == 200
