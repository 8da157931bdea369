"""What a concern must not betray: to whom no note goes, whose children stay unknown, and what a log leaves out."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from agencies.models import Team
from agencies.roles import Role
from cases import access_concerns, timeline
from cases.actions.allocation import allocate
from cases.actions.children import NewChild, record_child
from cases.actions.concern_answers import tell_writer
from cases.actions.concerns import log_concerns
from cases.actions.opening import open_case
from cases.actions.restriction import exclude
from cases.concern_codes import NextStep, Route
from cases.concern_routes import Passing
from cases.models import Case, Child, Concern, Sensitivity
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered, with_later_transaction
from tests.cases.test_concern_queue import duty, officer, passed  # noqa: F401  (fixtures)
from tests.cases.test_concerns import concern_about, contributing, log, sees, told  # noqa: F401  (a fixture)
from tests.cases.test_drafts import kept
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_user


def bring_in(person: Person, team: Team) -> None:
    """Put a person into one more team, as their manager would."""
    with as_owner():
        person.membership.teams.add(team)
        person.user.groups.add(team.group)


# --- Who is told ----------------------------------------------------------------------------------


def test_who_is_kept_out_of_a_case_that_the_writer_cannot_see_hears_nothing(
    case: Case, alice: Person, tariq: Person, daisy: Person, oakfield: Place
) -> None:
    second = make_user("Derek Dunn")
    make_membership(second, oakfield.agency, Role.SAFEGUARDING_LEAD, teams=(oakfield.team,))
    with entered(alice) as by:
        exclude(case, second, reason="The child’s uncle", by=by)
    with as_owner():  # the school knows the child, and nothing of the case
        Child.objects.filter(pk=case.child_id).update(recorded_by_team=oakfield.team)

    log(tariq, Child(pk=case.child_id, uuid=case.child.uuid))

    assert told() == {"Daisy Dale"}


def test_the_worker_of_a_case_is_told_of_no_concern_that_they_may_not_read(
    contributing: Case,  # noqa: F811
    alice: Person,
    tariq: Person,
) -> None:
    with entered(alice) as by:
        allocate(contributing, team=alice.membership.teams.get(), person=alice.user, level_of_need=3, by=by)
    to_school, to_all = timeline.OWN_TEAM, timeline.EVERYBODY_INVOLVED

    log(tariq, contributing.child, next_step=NextStep.TELL_WORKER, audience=to_school)
    assert "Alice Archer" not in told()

    log(tariq, contributing.child, next_step=NextStep.TELL_WORKER, audience=to_all)
    assert "Alice Archer" in told()


def test_a_worker_without_the_clearance_for_a_concern_is_not_told_of_it(
    contributing: Case,  # noqa: F811
    alice: Person,
    tariq: Person,
) -> None:
    with as_owner():
        type(tariq.membership).objects.filter(pk=tariq.membership.pk).update(clearance=2)
    with entered(alice) as by:
        allocate(contributing, team=alice.membership.teams.get(), person=alice.user, level_of_need=3, by=by)
    tariq.membership.refresh_from_db()

    audience = timeline.Audience(sensitivity=Sensitivity(2))
    log(tariq, contributing.child, next_step=NextStep.TELL_WORKER, audience=audience)

    assert "Alice Archer" not in told()


def test_a_writer_who_is_kept_out_meanwhile_is_told_no_answer(
    case: Case, alice: Person, tariq: Person, daisy: Person, oakfield: Place
) -> None:
    with as_owner():
        Child.objects.filter(pk=case.child_id).update(recorded_by_team=oakfield.team)
    made = log(tariq, Child(pk=case.child_id, uuid=case.child.uuid))
    with entered(alice) as by:
        exclude(case, tariq.user, reason="A relative", by=by)

    with entered(daisy) as by:
        tell_writer(made, text="Thank you", by=by)

    with as_owner():
        assert not InboxItem.objects.filter(kind="concern.feedback").exists()


@pytest.mark.parametrize("route", [Route.IMPLICATED, Route.STAFF])
def test_the_next_step_of_a_concern_that_colleagues_must_not_see_is_the_writers_own(
    route: Route,
    duty: Team,  # noqa: F811
    officer: Person,  # noqa: F811
    tariq: Person,
    daisy: Person,
) -> None:
    passing = Passing(route=route, reason="He is", staff_name="He" if route == Route.STAFF else "")

    with pytest.raises(ValidationError, match="have its next step yourself"):
        log(tariq, NewChild(given="Sam"), passing=passing, owner=daisy.user)
    assert told() == set()


# --- A new child ----------------------------------------------------------------------------------


def knows(person: Person, name: str) -> bool:
    """Return whether the person finds the child, by the application or past it by the database."""
    with entered(person) as by:
        found = access_concerns.children_named(by, name)
        # past the door: what the database alone lets through
        return bool(found) or Child.objects.filter(names__given=name).exists()


def test_a_colleague_who_is_part_of_it_does_not_learn_that_the_child_exists(
    duty: Team,  # noqa: F811
    tariq: Person,
    daisy: Person,
    tess: Person,
) -> None:
    passed(tariq, Route.IMPLICATED, implicated=(daisy.user,))

    assert not knows(daisy, "Sam")
    assert knows(tess, "Sam")
    assert knows(tariq, "Sam")


def test_at_the_workplace_nobody_learns_of_a_child_in_a_concern_about_staff(
    officer: Person,  # noqa: F811
    tariq: Person,
    daisy: Person,
    oakfield: Place,
) -> None:
    passed(tariq, Route.STAFF, staff_name="The caretaker", workplace=oakfield.agency)

    assert not knows(daisy, "Sam")
    assert knows(officer, "Sam")


def test_where_the_desk_itself_is_part_of_it_the_childs_record_belongs_to_no_team(
    duty: Team,  # noqa: F811
    alice: Person,
    tess: Person,
) -> None:
    made = passed(alice, Route.IMPLICATED, implicated=(tess.user,))

    assert not knows(tess, "Sam")
    assert sees(alice, made)
    with as_owner():
        assert Child.objects.get(concerns=made).recorded_by_team is None


# --- The order of locks ---------------------------------------------------------------------------


def test_several_cases_are_locked_in_the_order_of_their_keys_however_the_children_are_listed(
    case: Case, alice: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        child = record_child(NewChild(given="Sky"), team=social_care.team, by=by)
        second = open_case(child, team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(second)
    locked: list[int] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql and "cases_case" in sql:
            locked.append([each for each in params if each in (case.pk, second.pk, case.child_id, child.pk)][-1])
        return execute(sql, params, many, context)

    with entered(alice) as by, connection.execute_wrapper(note):
        log_concerns([concern_about(each) for each in (second.child, case.child)], by=by)

    assert locked[:2] == sorted([case.pk, second.pk])


# --- The log --------------------------------------------------------------------------------------


def rows_of(ian: Person, **query: str) -> str:
    answer = ian.client.get("/audit/", query)
    assert answer.status_code == 200
    return str(answer.text)


def test_a_governance_lead_who_is_kept_out_of_a_case_reads_nothing_of_it_in_the_log(
    case: Case, alice: Person, tess: Person, ian: Person
) -> None:
    log(alice, case.child)
    alice.client.get(f"/cases/{case.uuid}/")
    with entered(alice) as by:
        exclude(case, tess.user, reason="Her sister’s child", by=by)
    assert "Her sister’s child" in rows_of(ian)

    with entered(alice) as by:
        exclude(case, ian.user, reason="His nephew", by=by)

    text = rows_of(ian)
    assert "Her sister’s child" not in text
    assert "His nephew" not in text
    for uuid in (case.uuid, case.child.uuid):
        assert str(uuid) not in text.replace(f'value="{uuid}"', "")
        assert "Nothing found" in rows_of(ian, target=str(uuid))
    assert "concern: log" not in text
    with as_owner():
        assert AuditRow.objects.filter(action="concern.log").exists()


def test_a_governance_lead_reads_of_no_concern_that_they_are_part_of(
    tariq: Person,
    daisy: Person,
    duty: Team,  # noqa: F811
    oakfield: Place,
) -> None:
    governor = make_user("Gina Gold")
    make_membership(governor, oakfield.agency, Role.INFORMATION_GOVERNANCE_LEAD)
    reader = Person(governor, governor.memberships.get())
    made = passed(tariq, Route.IMPLICATED, implicated=(governor,))

    assert str(made.uuid)[:8] not in rows_of(reader)
    with as_owner():
        other = Concern.objects.get(pk=made.pk)
        other.implicated.clear()
    assert str(made.uuid)[:8] in rows_of(reader)


# --- What is offered is on record -----------------------------------------------------------------


def test_the_children_that_the_form_offers_are_on_record_once(case: Case, alice: Person) -> None:
    alice.client.get("/concerns/log/")

    with as_owner():
        (row,) = AuditRow.objects.filter(action="child.list")
    assert row.target_uuids == [case.child.uuid]


def test_a_draft_that_is_taken_up_records_the_children_that_it_names(case: Case, alice: Person) -> None:
    draft = kept(alice.client, child=str(case.child.uuid)).json()["draft"]
    alice.client.get("/concerns/log/", {"draft": draft})

    with as_owner():
        assert AuditRow.objects.get(action="child.list").target_uuids == [case.child.uuid]
