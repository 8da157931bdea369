"""Somebody with a conflict of interest is kept out of a referral that came, and hears nothing of what follows."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.http import Http404
from django.urls import reverse

from agencies.models import PracticeProfile, User
from agencies.roles import Role
from cases.models import CaseExclusion
from referrals.actions import life
from referrals.actions.accept import Accepting, accept
from referrals.actions.keeping import keep_out
from referrals.actions.life import Decision
from referrals.actions.submit import submit
from referrals.codes import Outcome, Rating
from referrals.models import Referral, ReferralHold, ReferralStep
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user
from tests.referrals.conftest import new_referral, refer, sees

ROBIN: dict[str, Any] = {"given": "Robin", "surname": "Example", "born_on": "2016-03-02", "nhs_number": "9434765919"}
BASIS = "ca1989_s17"


@pytest.fixture
def tom(social_care: Place) -> Person:
    """A second triage officer."""
    user = make_user("Tom Triage")
    return Person(user, make_membership(user, social_care.agency, Role.TRIAGE_OFFICER, teams=(social_care.team,)))


def keep(person: Person, referral: Referral, by: Person, reason: str = "Their niece") -> None:
    with entered(by) as acting:
        keep_out(referral, person.user, reason=reason, by=acting)


def onto_case(referral: Referral, by: Person, place: Place, **more: Any) -> Any:
    with entered(by) as acting:
        life.take(referral, Rating.AMBER, version=1, by=acting)
        decision = Decision(outcome=Outcome.IN_NEED, rationale="Needs help", reasons="We assess.")
        life.decide(referral, decision, version=2, by=acting)
        made = accept(referral, Accepting(team=place.team, lawful_basis=BASIS, **more), by=acting)
    with_later_transaction(made)
    return made


def exclude(user: User, case: Any, by: Person) -> None:
    with as_owner():
        CaseExclusion.objects.create(case=case, child=case.child, user=user, reason="Aunt", excluded_by=by.user)


# --- A manager keeps somebody out -------------------------------------------------------------------


def test_a_manager_keeps_an_officer_out_who_then_finds_nothing(
    sent: Referral, tess: Person, tom: Person, maggie: Person
) -> None:
    with entered(tess) as by:
        life.take(sent, Rating.AMBER, version=1, by=by)

    keep(tess, sent, maggie)

    assert not sees(tess, sent)
    assert sees(tom, sent)
    assert sees(maggie, sent)
    with as_owner():
        assert Referral.objects.get(pk=sent.pk).held_by_id is None  # in the queue again
        row = AuditRow.objects.get(action="referral.keep_out")
    assert (row.user_id, row.reason) == (maggie.user.pk, "Their niece")


def test_the_page_keeps_somebody_out_and_only_a_manager_has_it(sent: Referral, tess: Person, maggie: Person) -> None:
    page = reverse("referrals:keep_out", args=[sent.uuid])
    assert page in maggie.client.get(reverse("referrals:triage", args=[sent.uuid])).text
    assert tess.client.get(page).status_code == 404
    typed = {"idempotency_key": str(uuid4()), "person": str(tess.user.uuid), "reason": "Their niece"}

    answer = maggie.client.post(page, typed)

    assert answer.headers["Location"] == reverse("referrals:queue")
    assert not sees(tess, sent)
    assert tess.client.get(reverse("referrals:triage", args=[sent.uuid])).status_code == 404


@pytest.mark.parametrize("who", ["tess", "tariq", "olive"])
def test_nobody_else_keeps_anybody_out(
    who: str, sent: Referral, tess: Person, tom: Person, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Http404):
        keep(tom, sent, request.getfixturevalue(who))
    with pytest.raises(DatabaseError, match="row-level security"), entered(tess), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO referrals_referral_kept_from (referral_id, user_id) VALUES (%s, %s)", [sent.pk, tom.user.pk]
        )


@pytest.mark.parametrize(
    ("person", "reason", "message"), [("tess", " ", "Say what the conflict"), ("tariq", "x", "does not work on your")]
)
def test_what_is_wrong_is_said(  # noqa: PLR0917  (fixtures)
    person: str,
    reason: str,
    message: str,
    sent: Referral,
    tess: Person,
    maggie: Person,
    request: pytest.FixtureRequest,
) -> None:
    with pytest.raises(ValidationError, match=message):
        keep(request.getfixturevalue(person), sent, maggie, reason)


def test_the_last_who_works_on_it_is_not_kept_out(sent: Referral, maggie: Person) -> None:
    with pytest.raises(ValidationError, match="no one would be left"):
        keep(maggie, sent, maggie)


# --- The child's case is closed to them -----------------------------------------------------------


@pytest.mark.parametrize("route", ["triage", "accept", "step", "referral_print"])
def test_an_officer_kept_out_of_the_childs_case_finds_a_new_referral_absent_and_managers_hear(  # noqa: PLR0917  (fixtures)
    route: str, tariq: Person, tess: Person, tom: Person, maggie: Person, social_care: Place, england: None
) -> None:
    case = onto_case(refer(tariq, social_care, children=[ROBIN]), tess, social_care)
    exclude(tom.user, case, tess)
    new = refer(tariq, social_care, children=[ROBIN])
    parts = [new.uuid, "take"] if route == "step" else [new.uuid]

    answer = tom.client.get(reverse(f"referrals:{route}", args=parts))

    assert answer.status_code == 404
    assert not sees(tom, new)
    assert sees(tess, new)
    with as_owner():
        assert not new.kept_from.exists()  # for now only
        assert ReferralHold.objects.get().person_id == tom.user.pk
        note = InboxItem.objects.get(kind="referral.kept_out", recipient=maggie.user)
    said = f"Tom Triage is kept out of referral {new.spoken_reference} for now: somebody else must go on with it"
    assert note.title == said


def test_they_open_no_second_case_of_the_child(
    tariq: Person, tess: Person, tom: Person, social_care: Place, england: None
) -> None:
    case = onto_case(refer(tariq, social_care, children=[ROBIN]), tess, social_care)
    exclude(tom.user, case, tess)

    with pytest.raises(Http404):
        onto_case(refer(tariq, social_care, children=[ROBIN]), tom, social_care)


# --- In lists, and only until somebody decided -----------------------------------------------------


@pytest.fixture
def closed(tariq: Person, tess: Person, tom: Person, social_care: Place, england: None) -> Any:
    """Robin's case, out of which Tom is kept."""
    case = onto_case(refer(tariq, social_care, children=[ROBIN]), tess, social_care)
    exclude(tom.user, case, tess)
    return case


def queue_of(person: Person, **asked: str) -> str:
    text: str = person.client.get(reverse("referrals:queue"), asked).text
    return text


def hold_page(referral: Referral) -> str:
    with as_owner():
        return reverse("referrals:hold", args=[referral.uuid, ReferralHold.objects.get(referral=referral).uuid])


def decide_hold(person: Person, referral: Referral, choice: str) -> Any:
    return person.client.post(hold_page(referral), {"idempotency_key": str(uuid4()), "choice": choice})


def test_the_queue_names_no_child_from_whose_case_its_reader_is_kept_out(  # noqa: PLR0917  (fixtures)
    closed: Any, tariq: Person, tess: Person, tom: Person, maggie: Person, social_care: Place
) -> None:
    new = refer(tariq, social_care, children=[ROBIN])
    other = refer(tariq, social_care, children=[{"given": "Wren", "surname": "Other", "born_on": "2011-01-05"}])

    shown = queue_of(tom)

    assert new.spoken_reference not in shown
    assert "Robin" not in shown
    assert other.spoken_reference in shown
    assert "Robin" in queue_of(tess)
    assert not sees(tom, new)  # from now on nothing of it is found
    with as_owner():
        assert InboxItem.objects.filter(kind="referral.kept_out", recipient=maggie.user).count() == 1


def test_a_brothers_referral_does_not_name_the_child_either(
    closed: Any, tariq: Person, tess: Person, tom: Person, social_care: Place
) -> None:
    brother = {"given": "Wren", "surname": "Example", "born_on": "2011-01-05", "nhs_number": "9434765870"}
    with entered(tariq) as by:
        made, _robin = submit(new_referral(social_care.agency, children=[brother, ROBIN]), by=by)
    page = reverse("referrals:triage", args=[made.uuid])

    assert "Robin" in tess.client.get(page).text
    shown = tom.client.get(page)
    assert shown.status_code == 200
    assert "Robin" not in shown.text


def test_once_it_is_another_child_whoever_was_kept_out_goes_on_and_is_told(
    closed: Any, tariq: Person, tess: Person, tom: Person, social_care: Place
) -> None:
    new = refer(tariq, social_care, children=[ROBIN])
    queue_of(tom)
    assert hold_page(new) in tess.client.get(reverse("referrals:triage", args=[new.uuid])).text

    assert decide_hold(tess, new, "not_same").status_code == 302

    assert sees(tom, new)
    assert new.spoken_reference in queue_of(tom)
    assert tom.client.get(reverse("referrals:triage", args=[new.uuid])).status_code == 200  # not held anew
    assert tom.client.get(reverse("referrals:step", args=[new.uuid, "take"])).status_code == 200
    with as_owner():
        assert InboxItem.objects.get(kind="referral.let_in").recipient_id == tom.user.pk


def test_where_it_is_the_same_child_they_stay_out(
    closed: Any, tariq: Person, tess: Person, tom: Person, social_care: Place
) -> None:
    new = refer(tariq, social_care, children=[ROBIN])
    queue_of(tom)

    assert decide_hold(tess, new, "same").status_code == 302
    assert not sees(tom, new)
    assert decide_hold(tess, new, "not_same").status_code == 404  # it is decided


def test_taken_onto_the_case_of_another_child_it_is_open_to_them_again(
    closed: Any, tariq: Person, tess: Person, tom: Person, social_care: Place
) -> None:
    new = refer(tariq, social_care, children=[ROBIN | {"nhs_number": ""}])
    queue_of(tom)
    assert not sees(tom, new)
    with entered(tess) as by:
        life.take(new, Rating.AMBER, version=1, by=by)
        decision = Decision(outcome=Outcome.IN_NEED, rationale="Needs help", reasons="We assess.")
        life.decide(new, decision, version=2, by=by)
    answer = tess.client.post(
        reverse("referrals:accept", args=[new.uuid]),
        {
            "idempotency_key": str(uuid4()),
            f"match_{closed.child.uuid.hex}": "not_same",
            f"why_{closed.child.uuid.hex}": "A cousin of that name",
            "given": "Robin",
            "team": str(social_care.team.uuid),
            "lawful_basis": BASIS,
            "involve": "no",
        },
    )

    assert answer.status_code == 302, answer.text
    assert sees(tom, new)


def test_only_who_sees_the_other_child_decides_and_nobody_holds_another(
    closed: Any, tariq: Person, tess: Person, tom: Person, social_care: Place
) -> None:
    new = refer(tariq, social_care, children=[ROBIN])
    queue_of(tom)
    una = make_user("Una Unit")
    team = make_team(social_care.agency, "Another team")
    elsewhere = Person(una, make_membership(una, social_care.agency, Role.TRIAGE_OFFICER, teams=(team,)))

    page = elsewhere.client.get(reverse("referrals:triage", args=[new.uuid]))
    assert page.status_code == 200
    assert "kept out for now" not in page.text
    assert elsewhere.client.get(hold_page(new)).status_code == 404
    assert tom.client.get(hold_page(new)).status_code == 404
    with entered(tom) as by:
        assert ReferralHold.objects.count() == ReferralHold.objects.visible_to(by).count() == 0
    insert = "INSERT INTO referrals_referralhold (uuid, referral_id, person_id, child_id, choice) VALUES"
    with pytest.raises(DatabaseError, match="row-level security"), entered(tess), connection.cursor() as cursor:
        cursor.execute(f"{insert} (gen_random_uuid(), %s, %s, %s, '')", [new.pk, una.pk, closed.child_id])
    with pytest.raises(DatabaseError, match="row-level security"), entered(elsewhere), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE referrals_referralhold SET choice = 'not_same', decided_by_id = %s, decided_at = now()", [una.pk]
        )


# --- Who is told ----------------------------------------------------------------------------------


def test_whoever_is_kept_out_of_the_childs_case_is_told_of_neither_case_nor_referral(
    tariq: Person, daisy: Person, tess: Person, social_care: Place, england: None
) -> None:
    case = onto_case(refer(tariq, social_care, children=[ROBIN]), tess, social_care)
    exclude(daisy.user, case, tess)
    exclude(tariq.user, case, tess)
    second = refer(tariq, social_care, children=[ROBIN])
    with as_owner():
        before = list(InboxItem.objects.values_list("pk", flat=True))
    with entered(tess) as by:
        life.take(second, Rating.AMBER, version=1, by=by)
        decision = Decision(outcome=Outcome.ALREADY_OPEN, rationale="Open", tell_later="Not yet.")
        life.decide(second, decision, version=2, by=by)
    decided = decided_case(second, tess, social_care, case)

    assert decided == case
    with as_owner():
        told = InboxItem.objects.exclude(pk__in=before).filter(recipient__in=[daisy.user, tariq.user])
        assert not told.filter(kind="referral.case").exists()
    with entered(tess) as by:
        again = Referral.objects.get(pk=second.pk)
        life.feed_back(again, reasons="It is open.", version=again.version, by=by)
    with as_owner():
        assert not InboxItem.objects.filter(
            kind="referral.feed_back", recipient__in=[daisy.user, tariq.user], title__contains=second.reference[:4]
        ).exists()
        keys = list(OutboxMessage.objects.values_list("dedupe_key", flat=True))
        step = ReferralStep.objects.get(referral=second, action="feed_back")
    assert f"referral.step:{step.uuid}" not in keys


def decided_case(referral: Referral, tess: Person, social_care: Place, case: Any) -> Any:
    page = reverse("referrals:accept", args=[referral.uuid])
    answer = tess.client.post(
        page,
        {
            "idempotency_key": str(uuid4()),
            f"match_{case.child.uuid.hex}": "same",
            "given": "Robin",
            "team": str(social_care.team.uuid),
            "lawful_basis": BASIS,
            "involve": "yes",
            "purpose": "Support at school",
            "involve_basis": BASIS,
        },
    )
    assert answer.status_code == 302, answer.text
    return case


# --- What stays with triage -----------------------------------------------------------------------


def test_how_a_decision_came_to_be_signed_is_no_step_for_the_referrer(
    sent: Referral, tariq: Person, tess: Person, maggie: Person
) -> None:
    decision = Decision(outcome=Outcome.PROTECTION, rationale="Needs help", reasons="We assess.")
    with as_owner():
        PracticeProfile.objects.update(codes=[{"list": "referral_sign_off", "code": "protection"}])
    with entered(tess) as by:
        life.take(sent, Rating.AMBER, version=1, by=by)
        life.decide(sent, decision, version=2, by=by)
    with pytest.raises(ValidationError, match="stands at “In triage”"), entered(tariq) as by:
        life.answer(sent, text="More", by=by)
    with entered(maggie) as by:
        life.send_back(sent, text="Say more", version=3, by=by)
    with entered(tess) as by:
        life.decide(sent, decision, version=4, by=by)
    with entered(maggie) as by:
        life.sign_off(sent, version=5, by=by)

    told = tariq.client.get(reverse("referrals:referral", args=[sent.uuid])).text

    assert "Decided" in told
    assert not [word for word in ("proposed", "sent back", "signed off") if word in told]
    assert "Proposal sent back" in tess.client.get(reverse("referrals:triage", args=[sent.uuid])).text
    for reader, steps in ((tariq, 4), (tess, 7)):
        with entered(reader) as by:
            assert ReferralStep.objects.count() == ReferralStep.objects.visible_to(by).count() == steps
