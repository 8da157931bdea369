"""A teacher refers: urgency first, part by part, kept while they type, checked, sent once, with a receipt."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referrals.actions.drafts import save_part
from referrals.models import ReferralDraft, ReferralRelative
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import PARTS, fill, post_part, send, sent_referrals

pytestmark = pytest.mark.usefixtures("tess")  # an agency where nobody is cannot be chosen
MOST_QUERIES = 25


def page(person: Person, name: str, *args: str) -> Any:
    return person.client.get(reverse(f"referrals:{name}", args=args))


def drafts() -> list[ReferralDraft]:
    with as_owner():
        return list(ReferralDraft.objects.all())


# --- The parts ------------------------------------------------------------------------------------


def test_the_first_page_says_what_to_do_at_once_and_begins_the_draft(tariq: Person) -> None:
    first = page(tariq, "start")
    ref = str(uuid4())
    answer = tariq.client.post(
        reverse("referrals:start"), {"draft": ref, "draft_version": "0", "part": "urgency", "urgency": "3"}
    )

    assert "call 999 now" in first.text
    assert answer.headers["Location"] == reverse("referrals:draft", args=[ref])
    assert drafts()[0].content["urgency"]["fields"]["urgency"] == ["3"]


def test_danger_asks_whom_somebody_telephoned_and_keeps_what_was_typed(tariq: Person, social_care: Place) -> None:
    draft = fill(tariq, social_care.agency)

    answer = post_part(tariq, draft, "urgency", 1, urgency="1")

    assert answer.status_code == 422
    assert "telephone first, then say whom you reached" in answer.text
    assert drafts()[0].content["urgency"]["fields"]["urgency"] == ["1"]


def test_the_list_of_parts_says_what_is_done_and_what_is_missing(tariq: Person, social_care: Place) -> None:
    draft = fill(tariq, social_care.agency, concern={"impact": "Tired"})

    shown = page(tariq, "draft", draft)

    assert "Something is missing" in shown.text
    assert "Still missing: Your concern." in " ".join(shown.text.split()).replace("</p>", "")
    assert page(tariq, "check", draft).status_code == 200


def test_a_part_of_which_another_window_has_saved_more_is_not_overwritten(tariq: Person, social_care: Place) -> None:
    draft = fill(tariq, social_care.agency)
    post_part(tariq, draft, "concern", 1, facts="From the first window")

    answer = post_part(tariq, draft, "concern", 1, facts="From the second window")

    assert answer.status_code == 422
    assert "changed in another window" in answer.text
    assert "From the second window" in answer.text
    assert drafts()[0].content["concern"]["fields"]["facts"] == ["From the first window"]
    assert post_part(tariq, draft, "concern", 2, facts="From the second window").status_code == 302


def test_a_script_keeps_what_is_typed_and_hears_where_it_is_kept(tariq: Person) -> None:
    ref = str(uuid4())
    typed = {"draft": ref, "draft_version": "0", "part": "concern", "facts": "Fell asleep"}

    answer = tariq.client.post(reverse("referrals:draft_save"), typed)
    stale = tariq.client.post(reverse("referrals:draft_save"), typed | {"facts": "Other"})

    assert answer.json() | {"message": ""} == {"draft": ref, "version": 1, "message": ""}
    assert stale.status_code == 409
    assert drafts()[0].content["concern"]["fields"] == {"facts": ["Fell asleep"]}


@pytest.mark.parametrize("part", ["child", "urgency-1", "nonsense", "child-0"])
def test_a_part_that_the_form_does_not_have_is_not_there(part: str, tariq: Person, social_care: Place) -> None:
    assert page(tariq, "part", fill(tariq, social_care.agency), part).status_code == 404


def test_a_child_can_be_added_and_removed_again(tariq: Person, social_care: Place) -> None:
    draft = fill(tariq, social_care.agency)

    onward = post_part(tariq, draft, "child-1", 1, **PARTS["child-1"], another="1")
    post_part(tariq, draft, "child-2", 0, **(PARTS["child-1"] | {"given": "Wren"}))
    tariq.client.post(reverse("referrals:part_remove", args=[draft, "child-1"]))

    assert onward.headers["Location"].endswith("/part/child-2/")
    assert sorted(key for key in drafts()[0].content if key.startswith("child")) == ["child-2"]


def test_the_number_of_a_removed_child_is_not_used_again(tariq: Person, social_care: Place) -> None:
    draft = two_children(tariq, social_care)
    tariq.client.post(reverse("referrals:part_remove", args=[draft, "child-2"]))
    onward = post_part(tariq, draft, "child-1", 1, **PARTS["child-1"], another="1")
    late = post_part(tariq, draft, "child-2", 0, **PARTS["child-1"])

    assert onward.headers["Location"].endswith("/part/child-3/")
    assert "removed from the draft in another window" in late.text
    assert "child-2" not in drafts()[0].content
    assert page(tariq, "part_remove", draft, "removed").status_code == 404


def test_the_family_of_a_removed_child_goes_with_no_other_until_it_is_said(tariq: Person, social_care: Place) -> None:
    draft = two_children(tariq, social_care)
    tariq.client.post(reverse("referrals:part_remove", args=[draft, "child-2"]))

    refused = send(tariq, draft)
    asked = page(tariq, "part", draft, "relative-1")
    father = {"name": "Lee Other", "kind": "father", "asks_whose": "yes"} | _not_known()
    unsaid = post_part(tariq, draft, "relative-1", 2, **father)

    assert "Still missing: Lee Other." in " ".join(refused.text.split())
    assert "To which of the children?" in asked.text
    assert unsaid.status_code == 422
    assert not sent_referrals()
    assert post_part(tariq, draft, "relative-1", 3, **father, of="child-1").status_code == 302
    assert send(tariq, draft).status_code == 302
    with as_owner():
        assert ReferralRelative.objects.get().name == "Lee Other"


def test_a_relative_of_both_stays_with_the_child_who_is_left(tariq: Person, social_care: Place) -> None:
    draft = two_children(tariq, social_care)
    both = {"name": ["Lee"], "kind": ["father"], "of": ["child-1", "child-2"]} | {
        name: [value] for name, value in _not_known().items()
    }
    with entered(tariq) as by:
        save_part(drafts()[0].uuid, "relative-1", both, version=1, by=by)
    tariq.client.post(reverse("referrals:part_remove", args=[draft, "child-2"]))

    assert send(tariq, draft).status_code == 302
    with as_owner():
        assert ReferralRelative.objects.get().referral == sent_referrals()[0]


@pytest.mark.parametrize(
    ("part", "field"), [("consent", "consent_by"), ("referrer", "consulted"), ("urgency", "telephoned")]
)
def test_a_childs_name_in_any_line_that_is_repeated_is_flagged(
    part: str, field: str, tariq: Person, social_care: Place
) -> None:
    draft = two_children(tariq, social_care, **{part: PARTS[part] | {field: "The mother of Wren"}})

    assert "Wren Other is named in" in page(tariq, "check", draft).text


def test_a_draft_is_its_writers_alone(tariq: Person, daisy: Person, social_care: Place) -> None:
    draft = fill(tariq, social_care.agency)

    assert {page(daisy, name, draft).status_code for name in ("draft", "check", "draft_discard")} == {404}
    assert page(daisy, "part", draft, "concern").status_code == 404
    with entered(daisy) as by, pytest.raises(ValidationError, match="sent, discarded or handed"):
        save_part(drafts()[0].uuid, "concern", {"facts": ["Mine now"]}, version=0, by=by)


# --- Sending --------------------------------------------------------------------------------------


def test_what_was_typed_is_sent_and_the_sender_gets_a_receipt_that_names_nobody(
    tariq: Person, social_care: Place, england: None
) -> None:
    answer = send(tariq, fill(tariq, social_care.agency))
    (made,) = sent_referrals()
    receipt = tariq.client.get(answer.headers["Location"])

    assert (made.given, made.facts, made.to_agency_id) == ("Robin", PARTS["concern"]["facts"], social_care.agency.pk)
    assert made.acknowledge_by
    assert made.decide_by
    assert made.spoken_reference in receipt.text
    assert not drafts()
    with as_owner():
        mail = OutboxMessage.objects.get(kind="referral.receipt")
    assert made.spoken_reference in mail.body
    assert "Robin" not in mail.body + mail.subject
    assert "Example" not in mail.body + mail.subject


def test_the_receiving_agencys_triage_is_told_and_nobody_else(
    tariq: Person, tess: Person, alice: Person, social_care: Place
) -> None:
    send(tariq, fill(tariq, social_care.agency))

    with as_owner():
        told = list(InboxItem.objects.values_list("recipient", "title"))
    assert told == [(tess.user.pk, "1 new referral")]


def test_a_double_click_sends_one_referral(tariq: Person, social_care: Place) -> None:
    draft, key = fill(tariq, social_care.agency), str(uuid4())

    first, second = send(tariq, draft, key), send(tariq, draft, key)

    assert first.headers["Location"] == second.headers["Location"]
    assert len(sent_referrals()) == 1


def test_sending_from_a_second_window_sends_nothing_more(tariq: Person, social_care: Place) -> None:
    draft = fill(tariq, social_care.agency)
    send(tariq, draft)

    assert send(tariq, draft).status_code == 404
    assert len(sent_referrals()) == 1


def test_a_form_with_something_missing_is_not_sent_and_says_what(tariq: Person, social_care: Place) -> None:
    answer = send(tariq, fill(tariq, social_care.agency, concern={"facts": ""}))

    assert answer.status_code == 422
    assert "Still missing: Your concern" in answer.text
    assert not sent_referrals()
    assert len(drafts()) == 1


def test_sending_takes_at_most_so_many_statements(tariq: Person, social_care: Place, england: None) -> None:
    draft = fill(tariq, social_care.agency, relative_1={"name": "Jo Example", "kind": "mother"} | _not_known())
    client = tariq.client
    client.get(reverse("home"))

    with CaptureQueriesContext(connection) as queries:
        client.post(reverse("referrals:check", args=[draft]), {"idempotency_key": str(uuid4())})

    assert len(sent_referrals()) == 1
    assert len(queries) <= MOST_QUERIES, "\n".join(query["sql"][:120] for query in queries)


# --- Brothers and sisters -------------------------------------------------------------------------


def _not_known() -> dict[str, str]:
    return {"parental_responsibility": "not_known", "lives_with": "not_known"}


def two_children(tariq: Person, social_care: Place, **parts: dict[str, str]) -> str:
    wren = PARTS["child-1"] | {"given": "Wren", "surname": "Other"}
    father = {"name": "Lee Other", "kind": "father", "of": "child-2"} | _not_known()
    return fill(tariq, social_care.agency, child_2=wren, relative_1=father, **parts)


def test_each_child_gets_a_referral_with_their_own_family(tariq: Person, social_care: Place) -> None:
    send(tariq, two_children(tariq, social_care))

    robin, wren = sent_referrals()
    with as_owner():
        family = list(ReferralRelative.objects.values_list("referral", "name"))
    assert (robin.given, wren.given, robin.bundle) == ("Robin", "Wren", wren.bundle)
    assert family == [(wren.pk, "Lee Other")]
    assert "Lee Other" not in page(tariq, "referral_print", str(robin.uuid)).text
    assert "Wren" not in page(tariq, "referral", str(robin.uuid)).text


def test_a_text_that_names_another_child_is_flagged_before_it_is_copied(tariq: Person, social_care: Place) -> None:
    draft = two_children(tariq, social_care, concern={"facts": "robin said that his father drinks."})

    shown, refused = page(tariq, "check", draft), send(tariq, draft)
    sent = send(tariq, draft, checked_names="on")

    assert "Robin Example is named in: Your concern" in shown.text
    assert refused.status_code == 422
    assert sent.status_code == 302


def test_the_same_child_twice_on_a_form_is_refused(tariq: Person, social_care: Place) -> None:
    answer = send(
        tariq, fill(tariq, social_care.agency, child_2=PARTS["child-1"] | {"given": "ROBIN "}), checked_names="on"
    )

    assert "the same child is on the form twice" in answer.text
    assert not sent_referrals()
    assert len(drafts()) == 1


def test_a_parent_younger_than_the_child_is_refused(tariq: Person, social_care: Place) -> None:
    birth = {"birth": "known", "born_on-day": "1", "born_on-month": "2", "born_on-year": "2015"}
    mother = {"name": "Jo", "kind": "mother", "born_on-day": "1", "born_on-month": "2", "born_on-year": "2016"}

    answer = send(
        tariq, fill(tariq, social_care.agency, child_1=PARTS["child-1"] | birth, relative_1=mother | _not_known())
    )

    assert "a parent is younger than the child" in answer.text


# --- Unborn, unknown, without consent -------------------------------------------------------------


@pytest.mark.parametrize(
    ("child", "says"),
    [
        ({"given": "", "surname": "", "name_unknown": "on"}, "Name not known"),
        ({"birth": "unborn", "expected_on-day": "1", "expected_on-month": "2", "expected_on-year": "2199"}, "2199"),
    ],
)
def test_not_known_and_not_born_are_answers(
    child: dict[str, str], says: str, tariq: Person, social_care: Place
) -> None:
    send(tariq, fill(tariq, social_care.agency, child_1=PARTS["child-1"] | child))

    assert says in page(tariq, "referral", str(sent_referrals()[0].uuid)).text


@pytest.mark.parametrize(
    ("part", "fields", "message"),
    [
        ("child_1", {"given": "", "surname": ""}, "tick that you do not know it"),
        ("child_1", {"birth": "unborn", "expected_on-day": "1", "expected_on-month": "1", "expected_on-year": "2001"},
         "is the child born?"),
        ("consent", {"ground": "", "ground_reason": ""}, "Why is it right to share without their consent"),
    ],
)  # fmt: skip
def test_what_is_missing_or_contradicts_itself_is_said_beside_its_question(
    part: str, fields: dict[str, str], message: str, tariq: Person, social_care: Place
) -> None:
    key = part.replace("_", "-")
    draft = fill(tariq, social_care.agency, **{part: PARTS[key] | fields})

    assert message in page(tariq, "part", draft, key).text
    assert send(tariq, draft).status_code == 422


def test_with_consent_no_reason_is_asked_for(tariq: Person, social_care: Place) -> None:
    agreed = {"parents_told": "yes", "consent": "given", "consent_by": "The mother"}

    assert send(tariq, fill(tariq, social_care.agency, consent=agreed)).status_code == 302
