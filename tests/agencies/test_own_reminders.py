"""How one is reminded, when one is away, and what an agency lets its people choose."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from agencies.actions.reminders import add_absence, choose, remove_absence, set_rules
from agencies.models import Absence, Membership, ReminderChoice, ReminderRules, User
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db


def day(in_days: int) -> Any:
    return timezone.localdate() + timedelta(days=in_days)


def parts(name: str, in_days: int) -> dict[str, int]:
    moment = day(in_days)
    return {f"{name}-day": moment.day, f"{name}-month": moment.month, f"{name}-year": moment.year}


def allow(place: Place, **rules: Any) -> None:
    with as_owner():
        ReminderRules.objects.create(agency=place.agency, **rules)


def test_reminders_come_at_once_until_somebody_chooses_a_digest(alice: Person) -> None:
    assert "Each at once" in alice.client.get("/profile/reminders/").text

    alice.client.post("/profile/reminders/change/", {"how": "digest"})

    assert ReminderChoice.objects.get().digest
    assert "Together once a day at" in alice.client.get("/profile/reminders/").text


def test_what_the_agency_does_not_allow_is_not_offered_and_refused(alice: Person, social_care: Place) -> None:
    allow(social_care, allows_digest=False, allows_sms=False)

    page = alice.client.get("/profile/reminders/change/").text
    assert "Together once a day" not in page
    assert "text message" not in page
    for choice in ({"digest": True, "sms": False}, {"digest": False, "sms": True}):
        with pytest.raises(ValidationError, match="Nothing was changed"):
            choose(**choice, by=alice.by)


def test_text_messages_need_a_number(alice: Person, social_care: Place) -> None:
    allow(social_care, allows_sms=True)
    with pytest.raises(ValidationError, match="Add your work phone"):
        choose(digest=False, sms=True, by=alice.by)

    with as_owner():
        User.objects.filter(pk=alice.user.pk).update(phone="01632 960001")
    alice.user.refresh_from_db()
    choose(digest=False, sms=True, by=alice.by)
    assert ReminderChoice.objects.get().sms


def test_somebody_is_away_and_a_colleague_acts_for_them(alice: Person, mo: Person, adam: Person) -> None:
    page = alice.client.get("/profile/absences/add/").text
    assert "Mo Malik" in page
    assert "Adam Abbot" not in page, "he works with no cases"

    alice.client.post(
        "/profile/absences/add/",
        {**parts("first_day", 1), **parts("last_day", 8), "deputy": str(mo.membership.uuid)},
    )

    absence = Absence.objects.get()
    assert (absence.first_day, absence.last_day, absence.deputy) == (day(1), day(8), mo.membership)
    assert "Mo Malik acts for you" in alice.client.get("/profile/reminders/").text
    alice.client.post(f"/profile/absences/{absence.uuid}/remove/")
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(3, 1, "before the first"), (-9, -2, "from today on"), (0, 400, "a year at most")],
)
def test_days_that_cannot_be_are_refused(alice: Person, first: int, last: int, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        add_absence(first_day=day(first), last_day=day(last), deputy=None, by=alice.by)


@pytest.mark.parametrize("who", ["adam", "olive", "alice"])
def test_a_deputy_is_a_colleague_who_works_with_cases(alice: Person, who: str, request: pytest.FixtureRequest) -> None:
    deputy: Membership = request.getfixturevalue(who).membership
    with pytest.raises(ValidationError, match="Choose a colleague"):
        add_absence(first_day=day(0), last_day=day(1), deputy=deputy, by=alice.by)


def test_nobody_removes_somebody_elses_absence(alice: Person, mo: Person) -> None:
    absence = add_absence(first_day=day(0), last_day=day(1), deputy=None, by=alice.by)

    with pytest.raises(Http404):
        remove_absence(absence, by=mo.by)
    assert mo.client.post(f"/profile/absences/{absence.uuid}/remove/").status_code == 404
    assert Absence.objects.exists()


def test_a_manager_sets_what_the_agency_allows_and_nobody_else_does(
    maggie: Person, alice: Person, social_care: Place
) -> None:
    at = f"/agencies/{social_care.agency.uuid}/reminders/"
    maggie.client.post(at, {"allows_sms": "on", "digest_at": "07:00"})

    rules = ReminderRules.objects.get()
    assert (rules.allows_digest, rules.allows_sms, rules.digest_at) == (False, True, time(7))
    assert alice.client.get(at).status_code == 404
    with pytest.raises(Http404):
        set_rules(social_care.agency, allows_digest=True, allows_sms=False, digest_at=time(8), by=alice.by)
