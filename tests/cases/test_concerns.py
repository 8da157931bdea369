"""Logging a concern: who reads it, what is refused, and that nothing is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import Membership
from cases import access_child, access_concerns
from cases.actions.children import NewChild
from cases.actions.concerns import NewConcern, log_concern, log_concerns
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.restriction import exclude
from cases.concern_codes import CATEGORIES, HowKnown, NextStep, Worry
from cases.models import AccessLevel, Case, Child, Concern, Involvement, TimelineEntry
from safeguard.notifications.models import InboxItem
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner

LOG = "cases:concern_log"


def concern_about(child: Child | NewChild | None, **more: Any) -> NewConcern:
    """Return a concern with the four facts and a next step, and whatever else is said."""
    said: dict[str, Any] = {
        "facts": "A bruise on the left arm",
        "occurred_at": timezone.now() - timedelta(hours=1),
        "known_by": HowKnown.SEEN,
        "next_step": NextStep.TELL_LEAD,
    }
    return NewConcern(child=child, **(said | more))


def log(person: Person, child: Child | NewChild, **more: Any) -> Concern:
    with entered(person) as by:
        return log_concern(concern_about(child, **more), by=by)


def sees(person: Person, concern: Concern) -> bool:
    """Return whether the person sees the concern, by the application and by the database alike."""
    with entered(person) as by:
        by_door = Concern.objects.visible_to(by).filter(pk=concern.pk).exists()
        by_lock = concern.pk in ids_by_sql("cases_concern")
    assert by_door == by_lock
    return by_door


def page(person: Person, concern: Concern) -> Any:
    return person.client.get(reverse("cases:concern", args=[concern.uuid]))


def form(child: str = "new", **more: Any) -> dict[str, str]:
    """Return the least that the form needs."""
    today = timezone.localdate()
    sent = {
        "child": child,
        "given": "Sam",
        "birth": "unknown",
        "facts": "Came to school without a coat for a week",
        "occurred_on-day": str(today.day),
        "occurred_on-month": str(today.month),
        "occurred_on-year": str(today.year),
        "known_by": "seen",
        "next_step": "tell_lead",
    }
    return sent | more


def send(person: Person, **more: Any) -> Any:
    return person.client.post(reverse(LOG), form(owner=str(person.user.uuid)) | more, follow=True)


def newest() -> Concern:
    with as_owner():
        return Concern.objects.latest("pk")


@pytest.fixture
def contributing(case: Case, alice: Person, oakfield: Place) -> Case:
    """The case, to which Oakfield's safeguarding team contributes."""
    with entered(alice) as by:
        terms = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare at school", lawful_basis="ca2004_s11")
        involve(case, oakfield.team, terms, by=by)
    return case


# --- Where it goes and who reads it ---------------------------------------------------------------


def test_a_concern_about_a_new_child_is_read_by_the_writers_team_alone(
    alice: Person, mo: Person, hana: Person, olive: Person
) -> None:
    made = log(alice, NewChild(given="Sam", surname="Example"))

    assert sees(alice, made)
    assert sees(mo, made)
    assert not sees(hana, made)
    assert not sees(olive, made)
    assert "Sam Example" in page(mo, made).text
    refused, absent = page(olive, made), olive.client.get(reverse("cases:concern", args=[made.author.uuid]))
    assert refused.status_code == absent.status_code == 404


def test_whoever_reads_the_concern_reads_the_childs_name_and_no_more_than_that(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))

    with entered(daisy) as by:
        assert access_child.child(by, Child.objects.visible_to(by).get(concerns=made).uuid)
    assert "Sam" in page(daisy, made).text


def test_on_a_case_that_one_works_on_it_is_on_the_timeline_at_once(case: Case, alice: Person, mo: Person) -> None:
    made = log(alice, case.child, categories=("neglect", "self_harm"), opinion="He may be hungry")

    with entered(mo) as by:
        (entry,) = TimelineEntry.objects.visible_to(by).filter(kind="concern")
    assert (made.case_id, made.entry_id) == (case.pk, entry.pk)
    assert entry.title == "Concern: Neglect, Self-harm"
    assert entry.significance == "He may be hungry"
    assert "Concern: Neglect" in mo.client.get(reverse("cases:detail", args=[case.uuid])).text


def test_a_linked_concern_is_read_by_whoever_reads_its_entry(
    contributing: Case, alice: Person, tariq: Person, hana: Person
) -> None:
    made = log(alice, contributing.child)

    assert sees(tariq, made)
    assert not sees(hana, made)


def test_a_schools_concern_on_a_shared_case_stays_with_its_safeguarding_team(
    contributing: Case, alice: Person, tariq: Person, daisy: Person
) -> None:
    made = log(tariq, contributing.child)

    assert made.case_id == contributing.pk
    assert sees(daisy, made)
    assert not sees(alice, made)


def test_on_a_case_that_one_only_reads_it_stays_with_the_team(
    case: Case, alice: Person, tariq: Person, oakfield: Place
) -> None:
    with entered(alice) as by:
        involve(case, oakfield.team, Terms(purpose="To know", lawful_basis="ca2004_s11"), by=by)

    made = log(tariq, case.child)

    assert (made.case_id, made.entry_id) == (None, None)
    assert sees(tariq, made)
    assert not sees(alice, made)


def test_when_the_schools_part_ends_its_leads_lose_the_entry_and_keep_what_they_were_asked(
    contributing: Case, alice: Person, tariq: Person, daisy: Person
) -> None:
    made = log(tariq, contributing.child)
    with entered(alice) as by:
        part = Involvement.objects.visible_to(by).get(case=contributing, level=AccessLevel.CONTRIBUTE)
        end_involvement(part, reason="Moved school", by=by)

    with entered(daisy) as by:
        assert not TimelineEntry.objects.visible_to(by).exists()
    assert sees(daisy, made)
    assert sees(tariq, made)
    assert contributing.spoken_reference not in page(daisy, made).text + page(tariq, made).text


def test_where_nobody_is_allocated_telling_the_worker_is_refused(case: Case, alice: Person, mo: Person) -> None:
    with pytest.raises(ValidationError, match="nobody would be told"):
        log(mo, case.child, next_step=NextStep.TELL_WORKER)
    with pytest.raises(ValidationError, match="nobody would be told"):
        log(mo, NewChild(given="Sam"), next_step=NextStep.TELL_WORKER)

    with as_owner():
        assert not Concern.objects.exists()


def test_whoever_is_kept_out_of_the_childs_case_reads_no_concern_about_the_child(
    case: Case, alice: Person, mo: Person, tess: Person, hana: Person
) -> None:
    made = log(hana, NewChild(given="Robin"))
    with as_owner():
        Concern.objects.filter(pk=made.pk).update(child=case.child, team=alice.membership.teams.get())
    with entered(alice) as by:
        exclude(case, tess.user, reason="A relative", by=by)

    assert sees(mo, made)
    assert not sees(tess, made)


def test_acting_for_another_agency_one_does_not_read_what_one_wrote(hana: Person, oakfield: Place) -> None:
    made = log(hana, NewChild(given="Sam"))
    with as_owner():
        Membership.objects.create(user=hana.user, agency=oakfield.agency, roles=["practitioner"])
    elsewhere = Person(hana.user, hana.user.memberships.get(agency=oakfield.agency))

    assert sees(hana, made)
    assert not sees(elsewhere, made)


# --- Several children at once ---------------------------------------------------------------------


def test_brothers_and_sisters_get_a_record_each_and_nothing_of_one_reaches_readers_of_the_other(
    contributing: Case, alice: Person, tariq: Person
) -> None:
    with entered(alice) as by:
        known = concern_about(contributing.child, facts="Robin had no lunch", child_words="I am hungry")
        other = concern_about(NewChild(given="Sky", surname="Otherwise"), facts="Sky was alone at home")
        robin, sky = log_concerns([known, other], by=by)
    with_later_transaction(contributing)

    assert (robin.case_id, sky.case_id) == (contributing.pk, None)
    assert sees(tariq, robin)
    assert not sees(tariq, sky)
    pages = [page(tariq, robin).text, tariq.client.get(reverse("cases:detail", args=[contributing.uuid])).text]
    assert not [text for text in pages if "Sky" in text or "Otherwise" in text]
    with entered(tariq) as by:
        assert access_concerns.children_named(by, "Otherwise") == []


def test_of_several_either_all_are_saved_or_none(alice: Person) -> None:
    right, wrong = concern_about(NewChild(given="Sam")), concern_about(NewChild(given="Sky"), facts=" ")

    with pytest.raises(ValidationError, match="what happened"), entered(alice) as by:
        log_concerns([right, wrong], by=by)

    with as_owner():
        assert not Concern.objects.exists()
        assert not Child.objects.exists()


# --- What is needed, and what is refused ----------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"occurred_at": timezone.now() + timedelta(days=1)}, "in the future"),
        ({"facts": "  "}, "what happened"),
        ({"next_step": NextStep.NONE}, "Say why nothing more"),
        ({"child": None}, "Choose the child"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(more: dict[str, Any], message: str, alice: Person) -> None:
    with pytest.raises(ValidationError, match=message), entered(alice) as by:
        log_concern(concern_about(**({"child": NewChild(given="Sam")} | more)), by=by)

    with as_owner():
        assert not Concern.objects.exists()


def test_somebody_in_no_team_is_told_whom_to_ask(alice: Person) -> None:
    with as_owner():
        alice.membership.teams.clear()

    assert "You are in no team" in alice.client.get(reverse(LOG)).text
    assert "you are in no team" in send(alice).text


@pytest.mark.parametrize(
    ("child", "before"),
    [
        (NewChild(given="Sam", expected_on=date(2999, 1, 1)), True),
        (NewChild(given="Sam", born_on=timezone.localdate()), True),
        (NewChild(given="Sam", born_on=date(2015, 1, 1)), False),
        (NewChild(given="Sam"), False),
    ],
)
def test_a_concern_from_before_birth_is_marked(child: NewChild, before: bool, alice: Person) -> None:
    made = log(alice, child, occurred_at=timezone.now() - timedelta(days=2))

    assert made.before_birth is before
    assert ("Before birth" in page(alice, made).text) is before


@pytest.mark.parametrize("statement", ["facts = 'Nothing happened'", "worry = 1", "author_id = author_id"])
def test_what_was_written_cannot_be_changed_by_the_application(statement: str, alice: Person) -> None:
    made = log(alice, NewChild(given="Sam"))

    with pytest.raises(DatabaseError, match="permission denied"), entered(alice), connection.cursor() as cursor:
        cursor.execute(f"UPDATE cases_concern SET {statement} WHERE id = %s", [made.pk])


def test_nobody_writes_a_concern_in_another_ones_name(alice: Person, mo: Person) -> None:
    made = log(alice, NewChild(given="Sam"))
    made.pk, made.uuid, made.author = None, mo.user.uuid, mo.user

    with pytest.raises(DatabaseError, match="row-level security"), entered(alice), transaction.atomic():
        made.save(force_insert=True)


# --- Who is told ----------------------------------------------------------------------------------


def told() -> set[str]:
    with as_owner():
        return {
            item.recipient.name for item in InboxItem.objects.filter(kind="concern.log").select_related("recipient")
        }


def test_a_teachers_concern_tells_the_safeguarding_lead_and_starts_a_clock(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"), worry=Worry.HIGH)

    assert told() == {"Daisy Dale"}
    assert made.look_due_at
    assert timedelta(hours=1, minutes=59) < made.look_due_at - timezone.now() <= timedelta(hours=2)
    assert "Sam" not in daisy.client.get(reverse("notifications:inbox")).text


def test_the_allocated_worker_and_the_owner_of_the_next_step_are_told(case: Case, alice: Person, mo: Person) -> None:
    with as_owner():
        Case.objects.filter(pk=case.pk).update(allocated_to=alice.user)

    log(mo, case.child, next_step=NextStep.TELL_WORKER)

    assert told() == {"Alice Archer"}


def test_whoever_is_kept_out_of_the_childs_case_is_not_told(
    case: Case, alice: Person, mo: Person, tess: Person
) -> None:
    with entered(alice) as by:
        exclude(case, tess.user, reason="A relative", by=by)

    log(mo, case.child, next_step=NextStep.TELL_LEAD)
    log(mo, NewChild(given="Sam"), next_step=NextStep.TELL_LEAD)

    assert told() == {"Tess Tanner"}
    with as_owner():
        assert InboxItem.objects.filter(kind="concern.log").count() == 1


def test_a_lead_who_logs_it_themselves_waits_for_nobody(daisy: Person) -> None:
    assert log(daisy, NewChild(given="Sam")).look_due_at is None
    assert told() == set()


# --- The form -------------------------------------------------------------------------------------


def test_four_facts_and_a_next_step_are_enough(alice: Person) -> None:
    answer = send(alice)

    made = newest()
    assert "The concern is saved." in answer.text
    assert "Came to school without a coat" in answer.text
    assert answer.redirect_chain[-1][0] == reverse("cases:concern", args=[made.uuid])
    assert made.next_step_owner == alice.user


@pytest.mark.parametrize("missing", ["facts", "known_by", "next_step", "child", "occurred_on-day"])
def test_without_one_of_them_all_that_was_typed_is_shown_again(missing: str, alice: Person) -> None:
    answer = send(alice, child_words="I was cold", **{missing: ""})

    assert answer.status_code == 422
    assert "I was cold" in answer.text
    assert 'class="govuk-error-summary"' in answer.text


def test_the_child_is_found_by_a_part_of_the_name_and_what_was_typed_stays(case: Case, alice: Person) -> None:
    found = send(alice, find="Find", child_search="exam", child="", child_words="I was cold")

    assert found.status_code == 200
    assert "Robin Example" in found.text
    assert "I was cold" in found.text
    assert "govuk-error-summary" not in found.text
    offered = found.context["form"]["offered"].value()
    answer = send(alice, child=str(case.child.uuid), offered=offered)
    assert answer.status_code == 200
    assert newest().case_id == case.pk


def test_a_child_whom_one_may_not_see_is_neither_found_nor_taken(case: Case, olive: Person) -> None:
    found = send(olive, find="Find", child_search="Robin")
    taken = send(olive, child=str(case.child.uuid), offered=str(case.child.uuid))

    assert "Robin" not in found.text.replace('value="Robin"', "")
    assert taken.status_code == 422
    assert "Robin" not in taken.text


def test_from_a_case_the_child_is_chosen_already(case: Case, alice: Person) -> None:
    answer = alice.client.get(reverse(LOG), {"child": str(case.child.uuid)})

    assert "Robin Example" in answer.text
    assert str(answer.context["form"]["child"].value()) == str(case.child.uuid)


def test_a_time_later_today_is_refused_beside_its_field(alice: Person) -> None:
    later = timezone.localtime() + timedelta(minutes=5)
    tomorrow = timezone.localdate() + timedelta(days=1)
    day = {f"occurred_on-{part}": str(getattr(tomorrow, part)) for part in ("day", "month", "year")}

    assert "must be today or in the past" in send(alice, **day).text
    if later.date() == timezone.localdate():
        assert "The time must be in the past" in send(alice, occurred_time=later.strftime("%H:%M")).text


@pytest.mark.parametrize("name", ["Zoë 🌻", "محمد عبد الله", "Nguyễn Thị Ánh", "O’Brien-Łukasz"])
def test_names_of_every_script_are_kept_and_found(name: str, alice: Person) -> None:
    send(alice, given=name, facts=f"{name} said nothing 😢")

    assert name in page(alice, newest()).text
    with entered(alice) as by:
        assert [child.shown_name for child in access_concerns.children_named(by, name.split(maxsplit=1)[0])] == [name]  # type: ignore[attr-defined]  # annotated


def test_a_pasted_text_that_is_too_long_is_refused_with_its_length_and_shown_whole(alice: Person) -> None:
    pasted = "She was not collected from school. " * 6_000

    answer = send(alice, facts=pasted)

    assert answer.status_code == 422
    assert "must be 10000 characters or fewer: it has" in answer.text.replace(",", "")
    assert pasted.strip() in answer.text


def test_the_same_form_sent_twice_saves_one_concern(alice: Person) -> None:
    client, sent = alice.client, form(owner=str(alice.user.uuid), idempotency_key=str(alice.user.uuid))

    first, second = (client.post(reverse(LOG), sent) for _ in range(2))

    assert first["Location"] == second["Location"]
    with as_owner():
        assert Concern.objects.count() == 1
        assert Child.objects.count() == 1


def test_the_list_has_what_one_wrote_oneself(alice: Person, mo: Person) -> None:
    log(alice, NewChild(given="Sam"))

    assert "Sam" in alice.client.get(reverse("cases:concerns")).text
    assert "Sam" not in mo.client.get(reverse("cases:concerns")).text


def test_every_category_names_only_census_factors_that_exist() -> None:
    known = {f"{number}{letter}" for number in range(1, 25) for letter in "ABCDEF"} | {"20"}

    assert all(set(category.factors) <= known for category in CATEGORIES.values())
    assert not {"18A", "19A"} & {factor for category in CATEGORIES.values() for factor in category.factors}
