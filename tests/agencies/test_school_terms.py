"""School terms: an administrator keeps them, each change with a reason, and the clocks count by those that hold."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404

from agencies.actions.school_terms import Dates, add_term, change_term, remove_term
from agencies.models import PracticeProfile, SchoolTerm
from cases import deadlines
from safeguard.audit.models import AuditRow
from tests.conftest import Person, Place
from tests.factories import as_owner, load_england

pytestmark = pytest.mark.django_db
PAGE = "/practice/terms/"
AUTUMN = Dates(name="Autumn", first_day=date(2026, 9, 2), last_day=date(2026, 12, 18))
SPRING = Dates(name="Spring", first_day=date(2027, 1, 4), last_day=date(2027, 3, 25))


def days(**sent: date | str) -> dict[str, Any]:
    """Return what a form sends."""
    found: dict[str, Any] = {}
    for name, value in sent.items():
        if isinstance(value, date):
            found |= {f"{name}-day": value.day, f"{name}-month": value.month, f"{name}-year": value.year}
        else:
            found[name] = value
    return found


def kept() -> list[tuple[str, date, date]]:
    return [(each.name, each.first_day, each.last_day) for each in SchoolTerm.objects.kept()]


def test_an_administrator_enters_a_term_on_its_page(adam: Person, tariq: Person) -> None:
    assert "No term is entered" in tariq.client.get(PAGE).text

    sent = days(name="Autumn", first_day=AUTUMN.first_day, last_day=AUTUMN.last_day, agency="")
    answer = adam.client.post(PAGE + "add/", sent, follow=True)

    assert "The term is saved" in answer.text
    assert kept() == [("Autumn", AUTUMN.first_day, AUTUMN.last_day)]
    row = AuditRow.objects.get(action="school_term.add")
    assert (row.user_id, row.target_uuids) == (adam.user.pk, [SchoolTerm.objects.get().uuid])
    page = tariq.client.get(PAGE).text
    assert "Every school" in page
    assert "2 September 2026" in page
    assert "Add a term" not in page


def test_a_change_keeps_what_was_and_who_changed_it_why(adam: Person, tariq: Person) -> None:
    term = add_term(AUTUMN, by=adam.by)
    sent = days(name="Autumn", first_day=date(2026, 9, 1), last_day=AUTUMN.last_day, reason="Printed wrongly")

    adam.client.post(f"{PAGE}{term.uuid}/change/", sent)

    assert kept() == [("Autumn", date(2026, 9, 1), AUTUMN.last_day)]
    page = tariq.client.get(PAGE).text
    assert "Changed or removed" in page
    assert "Autumn, 2 September 2026 to 18 December 2026" in page
    assert "Adam Abbot: Printed wrongly" in page
    assert adam.client.get(f"{PAGE}{term.uuid}/change/").status_code == 404, "it is not there any more"


def test_a_removed_one_stays_in_the_history(adam: Person) -> None:
    term = add_term(AUTUMN, by=adam.by)

    answer = adam.client.post(f"{PAGE}{term.uuid}/remove/", {"reason": "Entered twice"}, follow=True)

    assert kept() == []
    assert "Entered twice" in answer.text
    assert SchoolTerm.objects.get().removed_by == adam.user


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2027, 1, 10), date(2027, 1, 9), "The last day is before the first"),
        (date(2027, 1, 10), date(2028, 1, 9), "A term has 200 days at most"),
        (date(2026, 12, 18), date(2027, 2, 1), "Some of these days are in “Autumn”"),
        (date(2026, 10, 1), date(2026, 10, 2), "from 2 September 2026 to 18 December 2026"),
    ],
)
def test_days_that_cannot_be_are_refused_and_what_was_typed_is_kept(
    first: date, last: date, said: str, adam: Person
) -> None:
    add_term(AUTUMN, by=adam.by)

    answer = adam.client.post(PAGE + "add/", days(name="Mine", first_day=first, last_day=last, agency=""))

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Mine"' in answer.text
    assert len(kept()) == 1


def test_nothing_changes_without_a_reason_or_by_somebody_who_comes_too_late(adam: Person) -> None:
    term = add_term(AUTUMN, by=adam.by)
    with pytest.raises(ValidationError, match="Say why"):
        remove_term(term, reason=" ", by=adam.by)
    with pytest.raises(ValidationError):
        change_term(
            term, Dates(name="x", first_day=date(2027, 1, 2), last_day=date(2027, 1, 1)), reason="r", by=adam.by
        )
    assert kept() == [("Autumn", AUTUMN.first_day, AUTUMN.last_day)], "a refused change removes nothing"

    change_term(term, SPRING, reason="r", by=adam.by)
    with pytest.raises(ValidationError, match="somebody else"):
        remove_term(term, reason="r", by=adam.by)


def test_a_school_has_terms_of_its_own_beside_every_schools(adam: Person, oakfield: Place, millbrook: Place) -> None:
    load_england()
    for dates in (AUTUMN, SPRING):
        add_term(dates, by=adam.by)
    own = adam.client.post(
        PAGE + "add/",
        days(name="Ours", first_day=date(2026, 9, 1), last_day=date(2026, 12, 11), agency=str(oakfield.agency.pk)),
    )
    assert own.status_code == 302
    profile = PracticeProfile.objects.current()
    assert profile
    timescale = profile.timescales.get(code="CP_FILE_INYEAR")
    left = datetime(2026, 12, 9, 12, tzinfo=ZoneInfo("Europe/London"))

    before = deadlines.due_at(timescale, left, team=millbrook.team).date()
    autumn = SchoolTerm.objects.kept().get(name="Autumn")
    change_term(
        autumn, Dates(name="Autumn", first_day=AUTUMN.first_day, last_day=date(2026, 12, 11)), reason="r", by=adam.by
    )
    after = deadlines.due_at(timescale, left, team=millbrook.team).date()

    assert (before, after) == (date(2026, 12, 16), date(2027, 1, 6))


def test_only_who_configures_the_partnership_may_change_anything(adam: Person, maggie: Person) -> None:
    term = add_term(AUTUMN, by=adam.by)
    for page in ("add/", f"{term.uuid}/change/", f"{term.uuid}/remove/"):
        assert maggie.client.get(PAGE + page).status_code == 404
    with pytest.raises(Http404):
        add_term(SPRING, by=maggie.by)
    with pytest.raises(Http404):
        remove_term(term, reason="r", by=maggie.by)


def test_the_database_lets_nobody_rewrite_a_term_or_remove_one_without_a_name_and_reason(adam: Person) -> None:
    term = add_term(AUTUMN, by=adam.by)
    rows = SchoolTerm.objects.filter(pk=term.pk)
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.update(last_day=date(2026, 12, 1))
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError), as_owner():
        rows.update(reason="r")
