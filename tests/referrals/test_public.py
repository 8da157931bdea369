"""Reports by people without an account: short, once, answered by a receipt, and telling nobody what is known."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import RedisError

from agencies.models import ContactPoint
from cases.models import Case, TimelineEntry
from referrals import access, hours
from referrals.actions import life
from referrals.actions.accept import Accepting, accept
from referrals.actions.public import IDENTITY
from referrals.codes import Outcome, Rating
from referrals.limits import LIMITS
from referrals.models import PublicReporter, Referral, ReferralStep
from referrals.names_reporter import reporter_in
from safeguard.audit.models import AuditRow
from safeguard.common.clocks import Calendar
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, load_england
from tests.referrals.conftest import refer, sent_referrals

pytestmark = pytest.mark.django_db
NEIGHBOUR = {"urgency": "2", "facts": "I hear shouting and crying every night.", "given": "Robin"}
CALLER = {"name": "Nell Neighbour", "phone": "01632 960777", "knows_child": "I live at number 5"}
NURSE = {
    **NEIGHBOUR,
    "parents_told": "no",
    "consent": "not_asked",
    "ground": "child",
    "ground_reason": "It could make it worse.",
    "name": "Nora Nurse",
    "role": "Practice nurse",
    "organisation": "Elm Surgery",
    "email": "nora@elm-surgery.example",
    "phone": "01632 960778",
}


@pytest.fixture(autouse=True)
def receiver(social_care: Place, tess: Person) -> Place:
    """Children's social care, which alone receives reports, with somebody in triage and the clocks of England."""
    load_england()
    return social_care


def report(kind: str = "public", key: str = "", **fields: str) -> Any:
    sent = {"idempotency_key": key or str(uuid4()), **fields}
    return Client().post(reverse("referrals:public_report", args=[kind]), sent)


def receipt_of(response: Any) -> tuple[str, str]:
    pattern = r"(R \d{4} \d{4})</strong>.*?<strong>([A-Z2-7-]{19})<"
    found = re.search(pattern, response.content.decode(), re.DOTALL)
    assert found
    return found[1], found[2]


def asked_status(reference: str, secret: str) -> Any:
    return Client().post(reverse("referrals:public_status"), {"reference": reference, "secret": secret})


def reporters() -> list[PublicReporter]:
    with as_owner():
        return list(PublicReporter.objects.order_by("pk"))


def decided(person: Person, referral: Referral, reasons: str) -> None:
    with entered(person) as by:
        life.take(referral, Rating.GREEN, version=1, by=by)
        life.decide(
            referral,
            life.Decision(outcome=Outcome.ADVICE, rationale="Seen.", reasons=reasons),
            version=2,
            by=by,
        )


# --- Sending --------------------------------------------------------------------------------------


def test_a_neighbour_reports_without_an_account_and_it_waits_in_the_queue(tess: Person) -> None:
    response = report(**NEIGHBOUR, **CALLER)

    assert response.status_code == 200
    (made,) = sent_referrals()
    reference, _secret = receipt_of(response)
    assert reference == made.spoken_reference
    assert (made.source, made.submitted_by_id, made.from_team_id, made.priority) == ("public", None, None, 2)
    assert made.acknowledge_by is not None
    with entered(tess) as by:
        assert [each.pk for each in access.queue(by).page.items] == [made.pk]
    with as_owner():
        assert InboxItem.objects.filter(recipient=tess.user, kind="referral.received").count() == 1


def test_triage_reads_who_reported_and_the_look_is_recorded(tess: Person) -> None:
    report(**NEIGHBOUR, **CALLER)
    page = tess.client.get(reverse("referrals:triage", args=[sent_referrals()[0].uuid]))

    assert "Nell Neighbour" in page.content.decode()
    with as_owner():
        assert AuditRow.objects.filter(action="referral.reporter", user_id=tess.user.pk).exists()


def test_who_reported_stands_on_no_paper_and_in_no_step(tess: Person) -> None:
    report(**NEIGHBOUR, **CALLER)
    page = tess.client.get(reverse("referrals:referral_print", args=[sent_referrals()[0].uuid])).content.decode()

    assert "A member of the public" in page
    assert not [word for word in CALLER.values() if word in page]


def test_somebody_of_another_agency_reads_no_reporter(daisy: Person, hana: Person) -> None:
    report(**NEIGHBOUR, **CALLER)
    for person in (daisy, hana):
        with entered(person) as by:
            assert not PublicReporter.objects.visible_to(by).exists()
            assert not PublicReporter.objects.exists()


def test_the_audit_keeps_no_address_of_a_reporter() -> None:
    report(**NEIGHBOUR)
    with as_owner():
        row = AuditRow.objects.get(action="referral.submit_public")
    assert (row.address, row.user_id, row.job) == (None, None, "public report")


def test_no_cookie_is_set_and_nothing_may_be_kept_by_the_browser() -> None:
    for kind in ("public", "young", "professional"):
        response = Client().get(reverse("referrals:public_report", args=[kind]))
        assert response.status_code == 200
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"


def test_a_second_click_gets_the_same_receipt_and_sends_nothing_more() -> None:
    key = str(uuid4())
    first, second = (receipt_of(report(key=key, **NEIGHBOUR, **CALLER)) for _time in range(2))

    assert first == second
    assert len(sent_referrals()) == 1
    with as_owner():
        assert ReferralStep.objects.count() == 1


def test_going_back_and_writing_something_else_loses_neither() -> None:
    key = str(uuid4())
    report(key=key, **NEIGHBOUR)
    report(key=key, **NEIGHBOUR | {"facts": "Now there is no heating either."})

    assert len(sent_referrals()) == 2


def test_a_known_and_an_unknown_child_are_answered_alike_by_the_same_statements(
    tariq: Person, social_care: Place
) -> None:
    refer(tariq, social_care)
    answers = []
    for name in ("Robin", "Unheard"):
        report(**NEIGHBOUR)  # the process keeps what it looked up once
        with CaptureQueriesContext(connection) as sent:
            response = report(**NEIGHBOUR | {"given": name, "surname": "Example"})
        text = re.sub(r"R \d{4} \d{4}|[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", "", response.content.decode())
        answers.append((response.status_code, text, [each["sql"].split(" ")[0] for each in sent]))
        assert not [each for each in sent if "cases_" in each["sql"]]

    assert answers[0] == answers[1]


# --- What is refused, and loses nothing ------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_a_report_without_a_word_is_asked_again_and_keeps_the_rest(text: str) -> None:
    response = report(**NEIGHBOUR | {"facts": text}, name="Nell Neighbour")

    assert response.status_code == 422
    assert "Nell Neighbour" in response.content.decode()
    assert not sent_referrals()


def test_abuse_is_received_like_any_report_and_shown_as_text(tess: Person) -> None:
    report(**NEIGHBOUR | {"facts": "You <script>alert(1)</script> useless ***!"})
    page = tess.client.get(reverse("referrals:triage", args=[sent_referrals()[0].uuid])).content.decode()

    assert "useless ***!" in page
    assert "<script>alert" not in page


def test_too_long_a_text_is_refused_and_kept_on_the_page() -> None:
    response = report(**NEIGHBOUR | {"facts": "x" * 10_001})

    assert response.status_code == 422
    assert "x" * 10_001 in response.content.decode()


def test_danger_asks_whom_somebody_telephoned_and_tells_the_duty_desk(social_care: Place) -> None:
    with as_owner():
        ContactPoint.objects.create(agency=social_care.agency, kind="duty_desk", email="duty@example.org")
    assert report(**NEIGHBOUR | {"urgency": "1"}).status_code == 422

    assert report(**NEIGHBOUR | {"urgency": "1", "telephoned": "999 at 14:10"}).status_code == 200
    assert sent_referrals()[0].telephoned == "999 at 14:10"
    with as_owner():
        assert OutboxMessage.objects.get(kind="referral.urgent").address == "duty@example.org"


def test_a_child_who_cannot_telephone_is_heard(tess: Person) -> None:
    response = report("young", urgency="1", facts="He hits me.", safe_contact="Talk to me at school")

    assert response.status_code == 200
    (made,) = sent_referrals()
    assert (made.source, made.urgency, made.telephoned) == ("young", 1, "Nobody, or not said")
    page = tess.client.get(reverse("referrals:triage", args=[made.uuid])).content.decode()
    assert "Talk to me at school" in page


def test_the_young_page_offers_to_keep_nothing_on_the_phone() -> None:
    young, public = (
        Client().get(reverse("referrals:public_report", args=[kind])).content.decode() for kind in ("young", "public")
    )
    assert "data-keeps" in public
    assert "data-keeps" not in young


def test_too_many_reports_from_one_address_are_stopped_with_the_text_kept_and_the_time_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LIMITS, "report_address", (2, 3600))
    answers = [report(**NEIGHBOUR) for _time in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert NEIGHBOUR["facts"] in answers[2].content.decode()
    assert "again in 60 minutes" in answers[2].content.decode()
    assert len(sent_referrals()) == 2
    # Whoever did that shares a child's connection, perhaps, and has not shut the form for the child.
    young = report("young", urgency="1", facts="He hits me.", safe_contact="Talk to me at school")
    assert young.status_code == 200


def test_forms_that_are_not_complete_shut_out_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "report_address", (1, 3600))

    assert [report(facts="").status_code for _time in range(3)] == [422] * 3
    assert report(**NEIGHBOUR).status_code == 200


def test_somebody_who_is_signed_in_reports_as_anybody(daisy: Person) -> None:
    sent = {"idempotency_key": str(uuid4()), **NEIGHBOUR}
    daisy.client.post(reverse("referrals:public_report", args=["public"]), sent)

    (made,) = sent_referrals()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pgh_context::text FROM referrals_referralevent WHERE pgh_obj_id = %s", [made.pk])
        kept = [row[0] or "" for row in cursor.fetchall()]
        row = AuditRow.objects.get(action="referral.submit_public")
    assert kept
    assert not [each for each in kept if str(daisy.user.pk) in each or str(daisy.user.uuid) in each]
    assert row.user_id is None


def test_a_report_that_nobody_read_in_time_says_so_and_whom_to_telephone(social_care: Place) -> None:
    reference, secret = receipt_of(report(**NEIGHBOUR))
    with as_owner():
        desk = ContactPoint.Kind.DUTY_DESK
        ContactPoint.objects.create(agency=social_care.agency, kind=desk, phone="01632 960555")
        Referral.objects.update(acknowledge_by=datetime(2026, 1, 5, 9, tzinfo=UTC))

    page = asked_status(reference, secret).content.decode()

    assert "It should have been read by" in page
    assert "telephone. 01632 960555" in page


def test_a_reference_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    report(**NEIGHBOUR)
    taken, free = sent_referrals()[0].reference, "00000018"
    drawn = iter([taken, taken, free])
    monkeypatch.setattr("referrals.actions.public.new_reference", lambda: next(drawn))

    assert report(**NEIGHBOUR).status_code == 200
    assert sent_referrals()[1].reference == free


def test_a_cache_that_is_away_stops_no_report(settings: Any) -> None:
    location = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": location}}
    with pytest.raises(RedisError):
        cache.get("x")

    assert report(**NEIGHBOUR).status_code == 200


def test_an_agency_that_receives_no_reports_gets_none(oakfield: Place) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT * FROM referrals_receive_public('{"source": "public", "urgency": 2, "facts": "x"}',
               '{"form_hash": "x", "secret_hash": "x"}', %s, '12345678')""",
            [oakfield.agency.uuid],
        )


@pytest.mark.parametrize("hidden", ["state", "to_agency_id", "submitted_by_id", "held_by_id", "reference", "id"])
def test_a_report_says_nothing_of_what_is_not_its_own(hidden: str, receiver: Place) -> None:
    said = f'{{"source": "public", "urgency": 2, "facts": "x", "{hidden}": 1}}'
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM referrals_receive_public(%s, %s, %s, '12345678')",
            [said, json.dumps(dict.fromkeys([*IDENTITY, "form_hash", "secret_hash"], "")), receiver.agency.uuid],
        )
    (made,) = sent_referrals()
    assert (made.state, made.to_agency_id, made.reference) == ("submitted", receiver.agency.pk, "12345678")
    assert (made.submitted_by_id, made.held_by_id) == (None, None)


def test_without_an_account_the_database_shows_and_takes_nothing_else() -> None:
    report(**NEIGHBOUR, **CALLER)

    assert not Referral.objects.exists()
    assert not ReferralStep.objects.exists()
    assert not PublicReporter.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        PublicReporter.objects.create(referral_id=1, form_hash="y", secret_hash="y")


# --- The receipt ----------------------------------------------------------------------------------


def test_the_receipt_shows_that_it_was_read_and_nothing_of_it(tess: Person) -> None:
    reference, secret = receipt_of(report(**NEIGHBOUR, **CALLER))
    assert "Not yet" in asked_status(reference, secret).content.decode()

    decided(tess, sent_referrals()[0], "We know the family and will visit.")

    page = asked_status(reference.lower(), secret.lower()).content.decode()
    assert "It was read" in page
    assert not [word for word in ("We know", "Robin", "shouting", "Nell") if word in page]


def test_a_wrong_secret_and_a_wrong_reference_are_answered_alike() -> None:
    reference, secret = receipt_of(report(**NEIGHBOUR))
    wrong = [
        asked_status(reference, "AAAA-AAAA-AAAA-AAAA"),
        asked_status("R 0000 0000", secret),
        asked_status("\x00", "x"),
    ]

    assert [each.status_code for each in wrong] == [422, 422, 422]
    assert "do not belong together" in wrong[0].content.decode()
    assert "do not belong together" in wrong[1].content.decode()


def test_the_secret_is_kept_as_a_hash_only() -> None:
    _reference, secret = receipt_of(report(**NEIGHBOUR))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM referrals_publicreporter p")
        (row,) = cursor.fetchone()
    assert secret not in row
    assert secret.replace("-", "") not in row


def test_guessing_at_receipts_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "status_address", (1, 60))
    assert [asked_status("R 0000 0000", "A").status_code for _time in range(2)] == [422, 429]


def test_nobody_is_asked_who_could_not_read_the_question_and_no_page_says_that_they_are_written_to(
    tess: Person,
) -> None:
    report(**NEIGHBOUR, **CALLER)
    (made,) = sent_referrals()
    with entered(tess) as by:
        life.take(made, Rating.GREEN, version=1, by=by)
        with pytest.raises(ValidationError, match="no account to read a question"):
            life.ask(made, text="Which house?", version=2, by=by)

    ask = reverse("referrals:step", args=[made.uuid, "ask"])
    assert ask not in tess.client.get(reverse("referrals:triage", args=[made.uuid])).text
    assert tess.client.get(ask).status_code == 404
    decide = tess.client.get(reverse("referrals:step", args=[made.uuid, "decide"])).text
    assert "Nothing is sent to a member of the public" in decide


# --- Onto a case ------------------------------------------------------------------------------------


def decided_report(person: Person, **said: str) -> Referral:
    report(**NEIGHBOUR | {"facts": "I am Nell Neighbour at number 5. I hear crying."} | CALLER | said)
    (made,) = sent_referrals()
    with entered(person) as by:
        life.take(made, Rating.GREEN, version=1, by=by)
        decision = life.Decision(
            outcome=Outcome.IN_NEED, rationale="Nell Neighbour rang twice.", tell_later="Nobody to tell."
        )
        life.decide(made, decision, version=2, by=by)
    return made


def accepting(person: Person, account: str, *, keeps_words: bool = False, **said: str) -> Case:
    made = decided_report(person, **said)
    with entered(person) as by:
        new = Accepting(
            team=person.membership.teams.get(), lawful_basis="ca2004_s11", account=account, keeps_words=keeps_words
        )
        return accept(made, new, by=by)


def test_the_case_holds_what_was_reported_in_words_that_name_no_reporter(tess: Person) -> None:
    case = accepting(tess, "Somebody hears crying every night.")

    with as_owner():
        texts = [f"{entry.title} {entry.body}" for entry in TimelineEntry.objects.filter(case=case)]
    assert "Referral from A member of the public Somebody hears crying every night." in texts
    assert not [text for text in texts if "Nell" in text or "number 5" in text]


def test_what_triage_wrote_for_itself_about_a_report_stays_with_triage(tess: Person) -> None:
    case = accepting(tess, "Somebody hears crying every night.")

    with as_owner():
        entry = TimelineEntry.objects.get(case=case, kind="referral_decided")
        assert entry.body == ""
        assert "need" in entry.title
        assert not TimelineEntry.objects.filter(body__contains="Nell").exists()


@pytest.mark.parametrize(
    "account",
    [
        "",
        "Nell Neighbour hears crying.",
        "A NELL from next door.",
        "Né́ll rang.",
        "Call 01632960777 about the crying.",
        "Call +44 1632 960-777.",
    ],
)
def test_a_text_that_names_the_reporter_does_not_reach_the_case(account: str, tess: Person) -> None:
    with pytest.raises(ValidationError):
        accepting(tess, account)
    with as_owner():
        assert not TimelineEntry.objects.exists()


def test_where_a_professional_works_and_how_they_are_reached_says_who_they_are() -> None:
    nurse = {name: NURSE[name] for name in ("name", "organisation", "phone", "email")}
    who = PublicReporter(**nurse)

    def found(text: str) -> list[str]:
        return reporter_in([text], who, child=["Robin"])

    assert found("The elm surgery saw a bruise") == ["Elm Surgery"]
    assert found("Write to NORA@elm-surgery.example") == ["Nora", "Elm Surgery", "nora@elm-surgery.example"]
    assert found("An elm, a surgery, 01632 96") == []


@pytest.mark.parametrize("name", ["?", "-", "🙂", "e", "Mo", "Robin", "Łi", "a friend"])
def test_what_is_hardly_a_name_blocks_no_text(name: str) -> None:
    who = PublicReporter(name=name, phone="12", organisation="-", email="")

    assert reporter_in(["Robin Example came in the evening, about 12 o'clock: no."], who, child=["Robin"]) == []


def test_refused_words_are_named_and_somebody_may_say_that_they_are_not_the_reporter(tess: Person) -> None:
    made = decided_report(tess)
    page = reverse("referrals:accept", args=[made.uuid])
    typed = {"given": "Robin", "team": str(tess.membership.teams.get().uuid), "lawful_basis": "ca2004_s11"}
    typed["account"] = "A neighbour hears crying."
    assert "keeps_words" not in tess.client.get(page).text

    refused = tess.client.post(page, typed | {"idempotency_key": str(uuid4())})

    assert refused.status_code == 422
    assert "must stay with triage: Neighbour." in refused.text
    assert 'name="keeps_words"' in refused.text
    kept = tess.client.post(page, typed | {"idempotency_key": str(uuid4()), "keeps_words": "on"})
    assert kept.status_code == 302
    with as_owner():
        assert TimelineEntry.objects.get(kind="referral").body == "A neighbour hears crying."


def test_the_page_asks_for_that_text_and_offers_no_team_to_involve(tess: Person) -> None:
    report(**NEIGHBOUR, **CALLER)
    page = tess.client.get(reverse("referrals:accept", args=[sent_referrals()[0].uuid])).content.decode()

    assert 'name="account"' in page
    assert 'name="involve"' not in page


# --- When it is read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 30, 10, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 30, 7, 0, tzinfo=UTC), datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),
        (datetime(2026, 11, 27, 17, 0, tzinfo=UTC), datetime(2026, 11, 30, 9, 0, tzinfo=UTC)),
        (datetime(2026, 12, 24, 18, 0, tzinfo=UTC), datetime(2026, 12, 29, 9, 0, tzinfo=UTC)),
    ],
)
def test_outside_staffed_hours_it_says_from_when_it_is_read(now: datetime, opens: datetime | None) -> None:
    assert hours.next_opening(now, Calendar(zone=ZoneInfo("Europe/London"))) == opens


def test_the_first_line_out_of_hours_says_when_and_whom_to_telephone(
    social_care: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_owner():
        type(social_care.agency).objects.filter(pk=social_care.agency.pk).update(
            out_of_hours="Night team, 01632 960100"
        )
    monkeypatch.setattr(hours, "read_from", lambda _now: datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    page = Client().get(reverse("referrals:public_start")).content.decode()

    main = page[page.index("<main") :]
    assert main.index("It is read from 30 November 2026") < main.index("<h1")
    assert "Night team, 01632 960100" in main
    assert "call 999" in main
