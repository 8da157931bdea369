"""A referral becomes part of a case, whole or not at all; by referring alone nobody comes to see one."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from agencies.roles import Role
from cases import access
from cases.actions.opening import close_case
from cases.models import Case, CaseExclusion, Child, Involvement, TimelineEntry
from referrals.actions import life
from referrals.actions.accept import Accepting, accept
from referrals.actions.life import Decision
from referrals.codes import Outcome, Rating
from referrals.models import Acceptance, Referral
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user
from tests.referrals.conftest import refer, sees

BASIS = "ca1989_s17"
BORN = {"birth": "known", "born_on": "2016-03-02"}


def decide(referral: Referral, tess: Person, outcome: Outcome = Outcome.IN_NEED) -> Referral:
    with entered(tess) as by:
        life.take(referral, Rating.AMBER, version=1, by=by)
        life.decide(referral, Decision(outcome=outcome, rationale="Needs help", reasons="We assess."), version=2, by=by)
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def onto_case(referral: Referral, tess: Person, social_care: Place, **more: Any) -> Case:
    with entered(tess) as by:
        made = accept(referral, Accepting(team=social_care.team, lawful_basis=BASIS, **more), by=by)
    with_later_transaction(made)
    return made


def level(person: Person, case: Case) -> int | None:
    with entered(person) as by:
        return access.level(by, case)


@pytest.fixture
def decided(sent: Referral, tess: Person) -> Referral:
    """A referral for which a case is to be opened."""
    return decide(sent, tess)


def test_a_case_is_opened_with_the_child_and_what_came(decided: Referral, tess: Person, social_care: Place) -> None:
    case = onto_case(decided, tess, social_care)

    with as_owner():
        name = case.child.names.get()
        entries = list(
            TimelineEntry.objects.filter(case=case).order_by("pk").values_list("kind", "body", "audience_mask")
        )
    assert (name.given, name.surname) == ("Robin", "Example")
    assert [kind for kind, _body, _mask in entries] == ["case_opened", "referral", "referral_decided"]
    assert entries[1][1:] == (decided.facts, 0)  # for the team that took it alone
    assert entries[2][1:] == ("Needs help", 0)


def test_the_referrer_sees_no_case_by_referring(
    decided: Referral, tess: Person, tariq: Person, daisy: Person, social_care: Place
) -> None:
    case = onto_case(decided, tess, social_care)

    assert level(tariq, case) is level(daisy, case) is None
    page = tariq.client.get(reverse("referrals:referral", args=[decided.uuid])).text
    assert str(case.uuid) not in page
    assert case.reference not in page
    with entered(tariq) as by:
        assert not Acceptance.objects.exists()
        assert not Acceptance.objects.visible_to(by).exists()


def test_offered_and_chosen_the_referrers_team_is_involved_from_today_and_finds_the_way(
    decided: Referral, tess: Person, tariq: Person, daisy: Person, social_care: Place
) -> None:
    case = onto_case(decided, tess, social_care, purpose="Support at school", involve_basis=BASIS)

    with as_owner():
        part = Involvement.objects.get(case=case, team=decided.from_team_id)
        told = InboxItem.objects.filter(kind="referral.case").values_list("recipient", flat=True)
        assert list(told) == [daisy.user.pk]
    assert (part.purpose, part.lawful_basis, part.confidential) == ("Support at school", BASIS, False)
    assert level(tariq, case) == 2
    page = tariq.client.get(reverse("referrals:referral", args=[decided.uuid])).text
    assert reverse("cases:detail", args=[case.uuid]) in page
    with entered(tariq) as by:  # what was written before, for the lead team, stays closed
        kinds = set(TimelineEntry.objects.visible_to(by).filter(case=case).values_list("kind", flat=True))
    assert not kinds & {"referral", "referral_decided"}


def test_a_child_who_is_known_is_linked_and_the_open_case_goes_on(
    tariq: Person, tess: Person, social_care: Place, england: None
) -> None:
    child = {"given": "Robin", "surname": "Example", "born_on": "2016-03-02", "nhs_number": "9434765919"}
    first = decide(refer(tariq, social_care, children=[child]), tess)
    case = onto_case(first, tess, social_care)
    second = decide(refer(tariq, social_care, children=[child]), tess, Outcome.ALREADY_OPEN)

    page = tess.client.get(reverse("referrals:accept", args=[second.uuid]))
    assert "Is this the same child as Robin Example" in page.text
    answer = tess.client.post(
        reverse("referrals:accept", args=[second.uuid]),
        {
            "idempotency_key": str(uuid4()),
            f"match_{case.child.uuid.hex}": "same",
            "given": "Robin",
            "team": str(social_care.team.uuid),
            "lawful_basis": BASIS,
            "involve": "no",
        },
    )

    assert answer.headers["Location"] == reverse("cases:detail", args=[case.uuid])
    with as_owner():
        assert Child.objects.count() == Case.objects.count() == 1
        assert TimelineEntry.objects.filter(case=case, kind="referral").count() == 2


def test_whoever_it_is_kept_from_is_kept_out_of_the_case(
    tariq: Person, daisy: Person, tess: Person, social_care: Place, england: None
) -> None:
    made = decide(refer(tariq, social_care, kept_from=(daisy.user,)), tess)

    case = onto_case(made, tess, social_care, purpose="Support at school", involve_basis=BASIS)

    with as_owner():
        assert CaseExclusion.objects.get(case=case).user_id == daisy.user.pk
    assert level(daisy, case) is None
    assert level(tariq, case) == 2


def test_whoever_is_kept_out_of_the_case_later_loses_the_referral(
    decided: Referral, tess: Person, maggie: Person, social_care: Place
) -> None:
    case = onto_case(decided, tess, social_care)
    assert sees(maggie, decided)

    with as_owner():
        CaseExclusion.objects.create(
            case=case, child=case.child, user=maggie.user, reason="Aunt", excluded_by=tess.user
        )

    with entered(maggie):
        assert not Referral.objects.exists()
        assert not Acceptance.objects.exists()


def test_accepted_twice_is_refused_and_nothing_is_doubled(decided: Referral, tess: Person, social_care: Place) -> None:
    onto_case(decided, tess, social_care)

    with pytest.raises(ValidationError, match="on a case already"):
        onto_case(decided, tess, social_care)
    with as_owner():
        assert Case.objects.count() == 1


def test_what_fails_at_the_end_undoes_the_case(decided: Referral, tess: Person, social_care: Place) -> None:
    with pytest.raises(ValidationError, match="purpose and the lawful basis"):
        onto_case(decided, tess, social_care, purpose="Support at school", involve_basis=" ")
    with as_owner():
        assert not Case.objects.exists()
        assert not Acceptance.objects.exists()


def test_an_outcome_that_opens_no_case_opens_none(sent: Referral, tess: Person, social_care: Place) -> None:
    advice = decide(sent, tess, Outcome.ADVICE)

    with pytest.raises(ValidationError, match="opens no case"):
        onto_case(advice, tess, social_care)


def test_before_the_decision_no_case_is_opened(sent: Referral, tess: Person, social_care: Place) -> None:
    with pytest.raises(ValidationError, match="Decide the referral first"):
        onto_case(sent, tess, social_care)


def test_it_is_not_closed_before_the_case_is_open(decided: Referral, tess: Person, social_care: Place) -> None:
    def close() -> None:
        with entered(tess) as by:
            life.close(decided, version=decided.version, by=by)

    with pytest.raises(ValidationError, match="asks for a case"):
        close()
    onto_case(decided, tess, social_care)
    close()


# --- Opened again, and decided anew -----------------------------------------------------------------


def reopen(referral: Referral, tariq: Person) -> Referral:
    with entered(tariq) as by:
        life.reopen(referral, text="A second bruise", by=by)
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def decide_again(referral: Referral, person: Person, outcome: Outcome) -> Referral:
    words = {"rationale": "Seen again", "reasons": "We go on."}
    with entered(person) as by:
        life.take(referral, Rating.AMBER, version=referral.version, by=by)
        life.decide(referral, Decision(outcome=outcome, **words), version=referral.version + 1, by=by)
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def close(referral: Referral, person: Person) -> None:
    with entered(person) as by:
        life.close(referral, version=referral.version, by=by)


def written(case: Case) -> list[tuple[str, str]]:
    with as_owner():
        found = TimelineEntry.objects.filter(case=case, kind__in=["referral", "referral_decided"]).order_by("pk")
        return list(found.values_list("title", "body"))


@pytest.fixture
def una(social_care: Place) -> Person:
    """A triage officer who works on no case."""
    user, team = make_user("Una Unit"), make_team(social_care.agency, "Front door")
    return Person(user, make_membership(user, social_care.agency, Role.TRIAGE_OFFICER, teams=(team,)))


@pytest.mark.parametrize("outcome", [Outcome.PROTECTION, Outcome.ADVICE])
def test_what_is_decided_after_it_was_opened_again_stands_on_its_case(
    outcome: Outcome, decided: Referral, tess: Person, tariq: Person, social_care: Place
) -> None:
    case = onto_case(decided, tess, social_care)

    again = decide_again(reopen(decided, tariq), tess, outcome)

    assert [body for _title, body in written(case)] == [
        decided.facts,
        "Needs help",
        "A second bruise",
        "Seen again",
    ]
    assert written(case)[-1][0] == f"Referral decided: {outcome.label}"
    page = tess.client.get(reverse("referrals:triage", args=[again.uuid])).text
    assert "Take it onto a case" not in page
    close(again, tess)
    with as_owner():
        assert Acceptance.objects.filter(referral=decided).count() == 2
        assert Case.objects.count() == 1


def test_decided_by_somebody_without_the_case_it_is_owed_until_somebody_with_it_puts_it_there(  # noqa: PLR0917  (fixtures)
    decided: Referral, tess: Person, una: Person, maggie: Person, tariq: Person, social_care: Place
) -> None:
    case = onto_case(decided, tess, social_care)
    again = decide_again(reopen(decided, tariq), una, Outcome.EARLY_HELP)

    assert len(written(case)) == 2
    with pytest.raises(ValidationError, match="asks for a case"):
        close(again, una)
    accept_page = reverse("referrals:accept", args=[again.uuid])
    assert accept_page not in una.client.get(reverse("referrals:triage", args=[again.uuid])).text
    assert una.client.get(accept_page).status_code == 404
    with as_owner():
        title = f"Referral {again.spoken_reference} was decided again: somebody must put the decision on its case"
        assert InboxItem.objects.filter(recipient=maggie.user, title=title).count() == 1
    assert accept_page in tess.client.get(reverse("referrals:triage", args=[again.uuid])).text

    answer = tess.client.post(accept_page, {"idempotency_key": str(uuid4())})

    assert answer.headers["Location"] == reverse("cases:detail", args=[case.uuid])
    assert written(case)[-1] == ("Referral decided: Early help", "Seen again")
    assert tess.client.post(accept_page, {"idempotency_key": str(uuid4())}).status_code == 422  # once
    close(again, una)


def test_where_its_case_was_closed_a_new_one_is_opened_for_the_same_child(
    decided: Referral, tess: Person, tariq: Person, social_care: Place
) -> None:
    case = onto_case(decided, tess, social_care)
    with entered(tess) as by:
        close_case(case, reason="Done", by=by)
    again = decide_again(reopen(decided, tariq), tess, Outcome.IN_NEED)

    fields = {"team": str(social_care.team.uuid), "lawful_basis": BASIS, "idempotency_key": str(uuid4())}
    answer = tess.client.post(reverse("referrals:accept", args=[again.uuid]), fields)

    with as_owner():
        new = Case.objects.get(status="open")
        assert Child.objects.count() == 1
    assert answer.headers["Location"] == reverse("cases:detail", args=[new.uuid])
    assert written(new)[-1] == ("Referral decided: Assessment of a child in need (section 17)", "Seen again")


@pytest.mark.parametrize("who", ["maggie", "tariq", "alice", "olive"])
def test_only_triage_accepts(who: str, decided: Referral, social_care: Place, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)

    with pytest.raises(Http404):
        onto_case(decided, person, social_care)
    assert person.client.get(reverse("referrals:accept", args=[decided.uuid])).status_code == 404
