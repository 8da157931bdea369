"""Marks on the drawing of a child's body: as rows, in words, with and without a picture, for who sees the concern."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import Browser, expect

from cases.actions.children import NewChild
from cases.actions.injuries import NewInjury
from cases.body_map import HEIGHT, REGIONS, WIDTH, InjuryKind, View, figures
from cases.exports.chronology import collect
from cases.models import Case, InjuryMark
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.cases.test_concerns import LOG, contributing, form, log, newest, page, send  # noqa: F401  (a fixture)
from tests.conftest import Person
from tests.e2e.pages import cookie_of
from tests.factories import as_owner

BRUISE = NewInjury(region="front_left_upper_arm", kind=InjuryKind.BRUISE, words="Blue, as large as a thumb")


def marked(**more: str) -> dict[str, str]:
    return {
        "mark1_region": "back_buttocks",
        "mark1_kind": "burn",
        "mark1_words": "Round, red, the size of a pea",
        "mark1_at": "93,201",
    } | more


def rows() -> list[tuple[Any, ...]]:
    with as_owner():
        return list(InjuryMark.objects.values_list("region", "x", "y", "kind", "words"))


# --- What is kept ---------------------------------------------------------------------------------


def test_a_mark_is_kept_with_its_place_kind_and_words_and_shown_in_words_and_as_a_picture(alice: Person) -> None:
    answer = send(alice, **marked(mark2_region="front_left_hand", mark2_kind="cut", mark2_words="A fine line"))

    assert rows() == [
        ("back_buttocks", 93, 201, "burn", "Round, red, the size of a pea"),
        ("front_left_hand", *REGIONS["front_left_hand"].centre, "cut", "A fine line"),
    ]
    assert "Buttocks (back)" in answer.text
    assert "Burn or scald. Round, red, the size of a pea" in answer.text
    assert '<circle cx="93" cy="201"' in answer.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"mark1_words": "A bruise"}, "Say where mark 1 is"),
        ({"mark1_region": "front_chest", "mark1_words": "Blue"}, "Say what mark 1 looks like"),
        ({"mark1_region": "front_chest", "mark1_kind": "bruise"}, "Describe mark 1 in words"),
        ({"mark1_region": "the_tail", "mark1_kind": "bruise", "mark1_words": "Blue"}, "Select a valid choice"),
        (marked(mark1_at="999,999"), "not on the picture"),
        (marked(mark1_at="1,2;x"), "valid value"),
    ],
)
def test_a_mark_that_says_too_little_is_refused_and_stays_typed(
    typed: dict[str, str], message: str, alice: Person
) -> None:
    answer = send(alice, **typed)

    assert answer.status_code == 422
    assert message in answer.text
    assert typed.get("mark1_words", "") in answer.text
    assert rows() == []


def test_programs_get_no_mark_past_the_limits_either(alice: Person) -> None:
    for wrong in ([BRUISE] * 7, [NewInjury(region="x", kind=InjuryKind.CUT, words="y")]):
        with pytest.raises(ValidationError, match="Nothing was saved"):
            log(alice, child_named_sam(), injuries=tuple(wrong))
    assert rows() == []


def child_named_sam() -> NewChild:
    return NewChild(given="Sam")


# --- Who sees it ----------------------------------------------------------------------------------


def test_whoever_reads_the_concern_reads_its_marks_and_nobody_else(
    contributing: Case,  # noqa: F811
    alice: Person,
    tariq: Person,
    hana: Person,
) -> None:
    made = log(alice, contributing.child, injuries=(BRUISE,))

    assert "as large as a thumb" in page(tariq, made).text
    for person, sees in ((tariq, True), (hana, False)):
        with entered(person) as by:
            by_door = InjuryMark.objects.visible_to(by).exists()
            assert by_door == bool(ids_by_sql("cases_injurymark")) == sees


def test_nobody_adds_a_mark_to_anothers_concern_or_changes_one(alice: Person, mo: Person) -> None:
    made = log(alice, child_named_sam(), injuries=(BRUISE,))

    columns = "uuid, concern_id, region, x, y, kind, words"
    values = f"gen_random_uuid(), {made.pk}, 'front_chest', 1, 1, 'cut', 'w'"
    for statement in (
        f"INSERT INTO cases_injurymark ({columns}) SELECT {values}",
        "UPDATE cases_injurymark SET words = 'w'",
        "DELETE FROM cases_injurymark",
    ):
        with pytest.raises(DatabaseError), entered(mo), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_timeline_print_and_chronology_show_it_to_readers_of_the_entry(
    contributing: Case,  # noqa: F811
    alice: Person,
    tariq: Person,
) -> None:
    log(alice, contributing.child, injuries=(BRUISE,))

    for name in ("timeline", "timeline_print"):
        text = tariq.client.get(reverse(f"cases:{name}", args=[contributing.uuid])).text
        assert "Left upper arm (front)" in text
        assert text.count("data-pin") == 1
    with entered(tariq) as by:
        collected = collect(by, contributing, how="chronology.print")
    text = render_to_string("cases/chronology_pdf.html", {"chronology": collected, "case": contributing})
    assert "Blue, as large as a thumb" in text


# --- The drawing ----------------------------------------------------------------------------------


def test_every_region_has_a_name_an_outline_on_the_picture_and_a_twin() -> None:
    for code, region in REGIONS.items():
        assert region.label
        assert 0 < region.centre[0] < WIDTH, code
        assert 0 < region.centre[1] < HEIGHT, code
        if "left" in code:
            twin = REGIONS[code.replace("left", "right")]
            assert abs(WIDTH - twin.centre[0] - region.centre[0]) <= 1, code
    front, back = REGIONS["front_left_hand"], REGIONS["back_left_hand"]
    assert front.centre[0] > WIDTH / 2 > back.centre[0]


def test_the_drawing_is_well_formed_names_its_parts_and_carries_no_style() -> None:
    text = render_to_string("cases/_body_map.html", {"figures": figures()})
    drawings = [each.split("</svg>")[0] + "</svg>" for each in text.split("<svg")[1:]]

    for view, drawing in zip(View, drawings, strict=True):
        root = ET.fromstring("<svg" + drawing)  # noqa: S314  (our own drawing)
        paths = [each for each in root if each.get("data-region")]
        assert len(paths) == sum(region.view == view for region in REGIONS.values())
        assert all(path[0].text for path in paths)
    assert "style=" not in text


def test_schools_are_told_not_to_photograph_or_undress_a_child(tariq: Person) -> None:
    assert "Do not photograph a child, and do not undress a child" in tariq.client.get(reverse(LOG)).text


# --- In a browser ---------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_touch_marks_the_place_and_a_draft_goes_on_from_a_phone(
    asgi_server: str, browser: Browser, alice: Person
) -> None:
    desk = browser.new_context(base_url=asgi_server)
    phone = browser.new_context(base_url=asgi_server, viewport={"width": 390, "height": 844}, has_touch=True)
    for context in (desk, phone):
        context.add_cookies([{"name": "sessionid", "value": cookie_of(alice), "url": asgi_server}])
    first = desk.new_page()
    first.goto(reverse(LOG))
    first.get_by_label("What happened?", exact=True).fill("Came to school with a mark on the arm")
    first.get_by_text("Injuries and marks on the body").click()
    first.locator('[data-region="front_left_upper_arm"]').click()
    expect(first.get_by_text("Mark 1: Left upper arm. Now describe it.")).to_be_visible()
    expect(first.get_by_label("Mark 1: describe it")).to_be_focused()
    first.keyboard.type("Blue, as large as a thumb")
    first.get_by_label("Mark 1: what is it?").select_option("bruise")
    expect(first.get_by_text("Kept as a draft")).to_be_visible(timeout=10_000)

    second = phone.new_page()
    second.goto(reverse("cases:concerns"))
    second.get_by_role("link", name="Came to school").first.click()
    expect(second.get_by_label("What happened?", exact=True)).to_have_value("Came to school with a mark on the arm")
    expect(second.get_by_label("Mark 1: describe it")).to_have_value("Blue, as large as a thumb")
    expect(second.locator("[data-pin]")).to_have_count(1)
    second.get_by_label("Mark 2: where is it?").select_option("back_left_hand")
    expect(second.locator("[data-pin]")).to_have_count(2)
    second.locator('[data-region="front_chest"]').tap()
    expect(second.get_by_label("Mark 3: where is it?")).to_have_value("front_chest")
    assert second.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for context in (desk, phone):
        context.close()
