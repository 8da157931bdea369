"""How far facts agree, and what that makes of two records: one child, two of a household, or strangers."""

from dataclasses import replace

import pytest

from cases.matching import normal
from cases.matching.facts import Facts
from cases.matching.frequencies import GO_TOGETHER, Kind, Shares
from cases.matching.levels import Level, compare
from cases.matching.weights import Band, Model, Score, score
from cases.matching.words import explained, per_cent
from tests.cases.matching.weights import newest_model

ROBIN = Facts(
    given="robin", surname="pemberton", born="20150203", sex="M", postcode="nt42ab", street="12 mill rd",
    town="northtown", number="9434765919",
)  # fmt: skip
STRANGER = Facts(given="zofia", surname="wojcik", born="20110917", sex="F", postcode="le11aa", street="3 quay st")


@pytest.fixture(scope="module")
def model() -> Model:
    return newest_model()


def scored(one: Facts, other: Facts, model: Model, children: int = 100_000) -> Score:
    return score(one, other, compare(one, other), model=model, shares=Shares(children))


@pytest.mark.parametrize(
    ("field", "value", "level"),
    [
        ("given", "rob", Level.SHORT_FORM),
        ("given", "robim", Level.VERY_SIMILAR),
        ("given", "robin james", Level.SHORT_FORM),
        ("given", "james", Level.DIFFERENT),
        ("given", "", Level.MISSING),
        ("surname", "pembertan", Level.VERY_SIMILAR),
        ("surname", "pemberton clarke", Level.PART),
        ("surname", "clarke", Level.DIFFERENT),
        ("born", "20150302", Level.SWAPPED),
        ("born", "20150213", Level.VERY_SIMILAR),
        ("born", "20140203", Level.VERY_SIMILAR),
        ("born", "20121128", Level.DIFFERENT),
        ("sex", "F", Level.DIFFERENT),
        ("postcode", "nt42ac", Level.SAME),
        ("number", "9434765918", Level.VERY_SIMILAR),
        ("number", "4010232137", Level.DIFFERENT),
    ],
)
def test_each_field_has_its_level(field: str, value: str, level: Level) -> None:
    other = replace(ROBIN, **{field: value})

    assert compare(ROBIN, other)["place" if field == "postcode" else field] is level


def test_names_in_each_others_place_are_found() -> None:
    other = replace(ROBIN, given="pemberton", surname="robin")

    assert compare(ROBIN, other)["given"] is Level.SWAPPED


def test_the_neighbours_at_number_14_are_not_the_same_household() -> None:
    next_door = replace(ROBIN, street="14 mill rd", postcode="")

    assert compare(ROBIN, next_door)["place"] is Level.SIMILAR


def test_two_common_names_are_no_slip_of_each_other() -> None:
    assert compare(Facts(given="ella"), Facts(given="emma"))["given"] is not Level.VERY_SIMILAR


@pytest.mark.parametrize(
    ("one", "other"),
    [("mohammed ali", "mohammed yusuf"), ("muhammad hamza", "mohammed hassan"), ("mohammed", "ali")],
)
def test_brothers_who_share_mohammed_differ(one: str, other: str) -> None:
    assert compare(Facts(given=one), Facts(given=other))["given"] is Level.DIFFERENT


def test_the_same_child_with_a_slip_is_likely(model: Model) -> None:
    found = scored(ROBIN, replace(ROBIN, given="robim", number="", street="12 mil rd"), model)

    assert found.band is Band.LIKELY
    assert found.p_same > 0.99


def test_a_child_who_moved_is_likely_by_name_and_birth(model: Model) -> None:
    moved = replace(ROBIN, number="", postcode="sw191ab", street="90 park ave", town="southville")

    assert scored(ROBIN, moved, model).band is Band.LIKELY


def test_a_twin_is_not_likely_and_is_called_a_sibling(model: Model) -> None:
    found = scored(replace(ROBIN, number=""), replace(ROBIN, given="james", number=""), model)

    assert found.band is not Band.LIKELY
    assert found.may_be_sibling


def test_twins_who_share_mohammed_are_not_likely(model: Model) -> None:
    one = replace(ROBIN, given="mohammed ali", number="")

    assert scored(one, replace(one, given="mohammed yusuf"), model).band is not Band.LIKELY


def test_an_older_sister_is_of_the_household_and_no_match(model: Model) -> None:
    sister = replace(ROBIN, given="amelia", born="20120817", sex="F", number="")

    assert scored(replace(ROBIN, number=""), sister, model).band is Band.HOUSEHOLD


def test_a_stranger_is_nothing(model: Model) -> None:
    assert scored(ROBIN, STRANGER, model).band is Band.NONE


def test_two_right_numbers_that_differ_are_never_likely(model: Model) -> None:
    found = scored(ROBIN, replace(ROBIN, number="4010232137"), model)

    assert found.band is not Band.LIKELY


def test_the_same_number_is_likely_whatever_the_name(model: Model) -> None:
    found = scored(ROBIN, Facts(given="stephan", surname="clarke", born=ROBIN.born, number=ROBIN.number), model)

    assert found.band is Band.LIKELY


def test_a_name_alone_gets_no_band(model: Model) -> None:
    name = Facts(given="robin", surname="pemberton", sex="M")

    assert scored(name, ROBIN, model).band is Band.NONE
    assert not name.says_more_than_a_name


def test_a_common_name_says_less_than_a_rare_one(model: Model) -> None:
    def same_name(given: str, surname: str) -> float:
        one = Facts(given=given, surname=surname, born="20150203")
        return scored(one, replace(one, born="20150903"), model).p_same

    assert same_name("oliver", "smith") < same_name("cuthbert", "featherstonehaugh")


def test_names_of_a_small_community_go_together_as_the_register_says(model: Model) -> None:
    """Of 54 children called Ziad 60 pairs share a surname, where chance would bring 1.4: together they are not rare."""
    counts: dict[tuple[Kind, str], int] = {("given", "ziad"): 54, ("surname", "qasim"): 53, ("given", "noah"): 1_000}
    said = {"ziad": 60, "noah": 600, "": 5_000_000}
    counted, uncounted = Shares(100_000, counts, said), Shares(100_000, counts)
    one = Facts(given="ziad", surname="qasim", born="20240727")
    other = replace(one, born="20210726")

    def p_same(shares: Shares) -> float:
        return score(one, other, compare(one, other), model=model, shares=shares).p_same

    assert counted.go_together("ziad") == pytest.approx(26.7, abs=0.1)
    assert counted.go_together("noah") == GO_TOGETHER, "never less than before it was counted"
    assert counted.go_together("nobody") == uncounted.go_together("ziad") == Shares().go_together("ziad") == GO_TOGETHER
    assert p_same(counted) < p_same(uncounted) / 3


def test_probabilities_add_up_whatever_the_levels(model: Model) -> None:
    for other in (ROBIN, STRANGER, replace(ROBIN, born="", given="")):
        found = scored(ROBIN, other, model)
        assert 0 <= found.p_same + found.p_household <= 1.000001


def test_a_score_is_said_in_words(model: Model) -> None:
    other = replace(ROBIN, given="bob", surname="clarke", number="")
    words = explained(scored(replace(ROBIN, given="robert"), other, model))

    assert "first name (a known short form or spelling)" in words.agrees
    assert "last name" in words.differs
    assert "NHS or pupil number" in words.missing


@pytest.mark.parametrize(("p", "words"), [(0.999, "more than 99"), (0.001, "less than 1"), (0.5, "50 in 100")])
def test_nothing_is_ever_certain(p: float, words: str) -> None:
    assert words in per_cent(p)


def test_a_snapshot_brings_the_facts_back() -> None:
    assert Facts.from_snapshot(ROBIN.snapshot()) == ROBIN
    assert Facts.from_snapshot({"given": "a", "unknown": "b"}) == Facts(given="a")
    assert normal.outward(ROBIN.postcode) == "nt4"
