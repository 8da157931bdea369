"""The one form of what people type: any Unicode in, bounded plain text out."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.matching import normal, phonetic, short_forms
from cases.matching.facts import Facts
from cases.matching.levels import FIELDS, Level, compare

HOSTILE = [
    "Robert'); DROP TABLE cases_child;--",
    "%_\\%' OR '1'='1",
    "(.*)+$[a-z]{9}\\1?^|",
    "a" * 10_000,
    "e\u0301" * 10_000,
    "\ufdfa" * 10_000,  # one letter that stands for eighteen
    "\u202eelgnats\u202c",
    "محمد بن عبد الله",
    "👩‍👩‍👧‍👦 Ana 👶🏽",
    "\x00\x07\ud800 Kim",
    "=HYPERLINK(A1)",
    "\n\t\r\u2028",
]
anything = st.one_of(st.text(st.characters(), max_size=300), st.sampled_from(HOSTILE))


def is_plain(text: str, longest: int) -> bool:
    words = text.split(" ") if text else []
    letters = all(unicodedata.category(c)[0] == "L" or unicodedata.category(c) == "Nd" for c in "".join(words))
    return len(text) <= longest and letters and all(words)


@given(anything)
@settings(deadline=None, max_examples=400)
def test_any_text_becomes_a_bounded_plain_name(text: str) -> None:
    name = normal.name(text)

    assert is_plain(name, normal.LONGEST_NAME)
    assert normal.name(name) == name
    assert all(len(code) <= phonetic.LENGTH for code in phonetic.codes(name))
    assert len(short_forms.of(name)) <= short_forms.MOST


@given(anything)
@settings(deadline=None)
def test_any_text_becomes_bounded_parts_of_an_address(text: str) -> None:
    street, town = normal.street_and_town(text)

    assert is_plain(street, normal.LONGEST_PLACE)
    assert is_plain(town, normal.LONGEST_PLACE)
    assert is_plain(normal.postcode(text), 10)
    assert is_plain(normal.number(text), 20)
    assert len(normal.written_date(text)) in (0, 8)


anybody = st.builds(
    Facts,
    given=anything.map(normal.name),
    surname=anything.map(normal.name),
    street=anything.map(normal.place),
    postcode=st.just("nt42ab"),
)


@given(anybody)
@settings(deadline=None)
def test_any_child_is_the_same_as_themselves(facts: Facts) -> None:
    levels = compare(facts, facts)

    assert set(levels) == set(FIELDS)
    assert set(levels.values()) <= {Level.SAME, Level.MISSING}


@given(anything.map(normal.name), anything.map(normal.name))
@settings(deadline=None)
def test_comparing_names_takes_no_side(one: str, other: str) -> None:
    left, right = Facts(given=one, surname=other), Facts(given=other, surname=one)

    assert compare(left, right) == compare(right, left)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("O’Brien-Smith", "obrien smith"),
        ("  ŁUKASZ ", "lukasz"),
        ("José María", "jose maria"),
        ("Groß", "gross"),
        ("Miss Ava", "ava"),
        ("Baby of Jones", ""),
        ("not known", ""),
        ("李小龙", "李小龙"),
        ("", ""),
    ],
)
def test_names_come_into_one_form(typed: str, plain: str) -> None:
    assert normal.name(typed) == plain


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("2015-02-03", "20150203"),
        ("20150203", "20150203"),
        ("3/2/2015", "20150203"),
        ("31.02.2015", "20150231"),
        ("03/04/15", ""),
        ("spring 2015", ""),
        ("٣/٢/٢٠١٥", ""),
    ],
)
def test_dates_become_digits_and_two_digit_years_do_not(typed: str, digits: str) -> None:
    assert normal.written_date(typed) == digits


def test_an_impossible_date_is_known_for_one() -> None:
    assert normal.is_impossible("20150231")
    assert not normal.is_impossible("20160229")


@pytest.mark.parametrize(
    ("lines", "street", "town"),
    [
        ("12 High Street, Northtown", "12 high st", "northtown"),
        ("Flat 2\n7 Mill Road\nNorthtown", "flat 2 7 mill rd", "northtown"),
        ("The Cottage", "the cottage", ""),
        ("", "", ""),
    ],
)
def test_an_address_gives_its_street_and_town(lines: str, street: str, town: str) -> None:
    assert normal.street_and_town(lines) == (street, town)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("catherine", "kathryn"),
        ("philip", "filip"),
        ("mohammed", "muhammad"),
        ("stephen", "steven"),
        ("hussain", "hussein"),
        ("shaun", "sean"),
        ("knight", "night"),
        ("wright", "right"),
    ],
)
def test_names_that_sound_alike_share_a_code(one: str, other: str) -> None:
    assert phonetic.sounds_alike(one, other)


def test_a_robert_may_be_a_bob_and_a_jack_is_no_john() -> None:
    assert short_forms.are_linked("bob", "robert")
    assert short_forms.are_linked("katie", "catherine")
    assert short_forms.are_linked("mohamed", "muhammad")
    assert not short_forms.are_linked("jack", "john")
    assert not short_forms.are_linked("molly", "polly")
