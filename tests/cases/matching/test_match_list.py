"""``manage.py match_list``: what it finds, what it refuses, and that nothing is ever half-done."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bench._matching_truth import FEBRL, Measured, febrl_truth, measured
from cases.matching import lists
from cases.models import Case
from safeguard.audit.models import AuditRow
from tests.cases.matching.test_look import known
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db
HEADER = "id,given_name,surname,date_of_birth,postcode\n"
TWINS = (
    HEADER
    + "1,Robin,Pemberton,2015-02-03,NT4 2AB\n2,Robyn,Pemberton,2015-02-03,NT4 2AB\n3,Zofia,Wojcik,2011-09-17,LE1 1AA\n"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "pairs.csv"


def save(folder: Path, content: str | bytes, name: str = "roll.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def matched(path: Path, out: Path, *options: str) -> list[dict[str, str]]:
    call_command("match_list", str(path), "--out", str(out), *options)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refusal(path: Path, out: Path, *options: str) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("match_list", str(path), "--out", str(out), *options)
    assert not out.exists()
    assert "Nothing was written" in str(refused.value)
    return str(refused.value)


def test_a_list_is_matched_with_itself_each_pair_once(tmp_path: Path, out: Path) -> None:
    (pair,) = matched(save(tmp_path, TWINS), out)

    assert (pair["id_a"], pair["id_b"], pair["band"]) == ("1", "2", "likely")
    assert (pair["given"], pair["surname"], pair["born"], pair["place"]) == ("very_similar", "same", "same", "same")
    assert float(pair["p_same"]) + float(pair["p_household"]) <= 1
    assert pair["p_household"]


def test_the_same_file_against_itself_is_the_same(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path, TWINS)

    assert matched(path, out, "--against", str(path)) == matched(path, out)


def test_two_lists_are_matched_across_only(tmp_path: Path, out: Path) -> None:
    other = save(tmp_path, HEADER + "x,Rob,Pemberton,2015-02-03,\n", "other.csv")

    pairs = matched(save(tmp_path, TWINS), out, "--against", str(other))

    assert {(pair["id_a"], pair["id_b"]) for pair in pairs} == {("1", "x"), ("2", "x")}


def test_scores_come_for_every_candidate_when_asked(tmp_path: Path, out: Path) -> None:
    rows = HEADER + "1,Robin,Pemberton,2015-02-03,NT4 2AB\n2,Zofia,Wojcik,2015-02-03,LE1 1AA\n"

    assert not matched(save(tmp_path, rows), out)
    assert [pair["band"] for pair in matched(save(tmp_path, rows), out, "--scores")] == ["none"]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + TWINS,
        TWINS.replace(",", ";"),
        TWINS.replace(",", "\t"),
        TWINS.replace(",", ", "),
        TWINS.replace("\n", "\r\n"),
        TWINS.replace("Pemberton", "Pembértön").encode("cp1252"),
        TWINS.encode("utf-16"),
        TWINS.replace("id,given_name,surname,date_of_birth", "rec_id,Forename,Legal Surname,DOB"),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(content: str | bytes, tmp_path: Path, out: Path) -> None:
    assert [(pair["id_a"], pair["id_b"]) for pair in matched(save(tmp_path, content), out)] == [("1", "2")]


def test_other_headers_are_mapped_and_unknown_ones_reported(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = TWINS.replace("id,given_name", "key,called").replace("postcode", "house_colour")

    pairs = matched(save(tmp_path, rows), out, "--map", "key=id", "--map", "called=given_name")

    assert len(pairs) == 1
    assert "not compared: house_colour" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "needs a header"),
        ("1,Robin,Pemberton\n", "needs a header"),
        ("id,postcode\n1,NT4 2AB\n", "needs a header"),
        (TWINS.replace("\n2,", "\n1,"), "ids come more than once: 1."),
        (HEADER + ",Robin,Pemberton,2015-02-03,\n", "row 2: it has no id"),
        (HEADER + "1,Robin,Pemberton,2015-02-03,NT4,extra,more\n", "row 2: more values"),
        (b"PK\x03\x04\0\0", "no text file"),
        (HEADER + "1,Robin,Pemberton,03/04/15,\n", "two digits"),
        (HEADER + "1,Robin,Pemberton,03/04/2015,\n", "day or month first"),
        (HEADER + "1,A,B,13/04/2015,\n2,A,B,04/13/2015,\n", "day or month first"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    content: str | bytes, said: str, tmp_path: Path, out: Path
) -> None:
    assert said in refusal(save(tmp_path, content), out)
    assert [path.name for path in tmp_path.iterdir()] == ["roll.csv"]


@pytest.mark.parametrize(("date_format", "born"), [("DD/MM/YYYY", "20150403"), ("MM/DD/YYYY", "20150304")])
def test_an_ambiguous_date_is_read_as_it_is_told(date_format: str, born: str, tmp_path: Path) -> None:
    path = save(tmp_path, HEADER + "1,Robin,Pemberton,03/04/2015,\n")

    assert lists.read(path, columns={}, date_format=date_format).facts[0].born == born


def test_one_date_that_is_clear_settles_the_order(tmp_path: Path) -> None:
    path = save(tmp_path, HEADER + "1,A,B,03/04/2015,\n2,C,D,25/12/2014,\n")

    assert [facts.born for facts in lists.read(path, columns={}).facts] == ["20150403", "20141225"]


def test_an_impossible_date_is_compared_by_its_digits_and_reported(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path, HEADER + "1,Robin,Pemberton,31/02/2015,\n2,Robin,Pemberton,21/02/2015,\n")

    assert "compared by their digits (ids: 1)" in " ".join(lists.read(path, columns={}).notes)
    (pair,) = matched(path, out)
    assert pair["born"] == "very_similar"


def test_a_formula_in_a_cell_stays_text(tmp_path: Path, out: Path) -> None:
    rows = TWINS.replace("\n1,", "\n=HYPERLINK(1),").replace("\n2,", "\n@2,")

    (pair,) = matched(save(tmp_path, rows), out)

    assert {pair["id_a"], pair["id_b"]} == {"'=HYPERLINK(1)", "'@2"}


def test_a_failure_half_way_leaves_the_old_file_alone(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out.write_text("last week’s pairs")

    def fail(*_args: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("cases.management.commands.match_list._score", fail)
    with pytest.raises(RuntimeError):
        call_command("match_list", str(save(tmp_path, TWINS)), "--out", str(out))

    assert out.read_text() == "last week’s pairs"
    assert {path.name for path in tmp_path.iterdir()} == {"pairs.csv", "roll.csv"}


# --- Against the known children -------------------------------------------------------------------


@pytest.fixture
def robin(alice: Person, social_care: Place) -> Case:
    return known(alice, social_care, "Robin", "Pemberton")


def test_a_roll_is_matched_with_the_known_children_as_somebody(
    alice: Person, robin: Case, tmp_path: Path, out: Path
) -> None:
    pairs = matched(save(tmp_path, TWINS), out, "--known", "--as", alice.user.email)

    assert {(pair["id_a"], pair["id_b"]) for pair in pairs} == {
        ("1", str(robin.child.uuid)),
        ("2", str(robin.child.uuid)),
    }
    with as_owner():
        assert AuditRow.objects.filter(action="match.look", user_id=alice.user.pk).count() == 3


def test_a_hidden_child_is_a_desk_to_ask_and_no_more(
    olive: Person, robin: Case, social_care: Place, tmp_path: Path, out: Path
) -> None:
    pairs = matched(save(tmp_path, TWINS), out, "--known", "--as", olive.user.email)

    assert Counter(pair["id_b"] for pair in pairs) == {f"ask the duty desk: {social_care.agency.name}": 2}
    assert {pair["p_same"] + pair["born"] for pair in pairs} == {""}


def test_known_children_are_matched_as_somebody_who_works_with_cases(ana: Person, tmp_path: Path, out: Path) -> None:
    path = save(tmp_path, TWINS)

    assert "goes with --as" in refusal(path, out, "--known")
    assert "works with cases" in refusal(path, out, "--known", "--as", ana.user.email)


# --- The public sets ------------------------------------------------------------------------------


def of_febrl(number: int, out: Path) -> Measured:
    pairs = matched(FEBRL / f"dataset{number}.csv", out, "--map", "soc_sec_id=state")
    return measured(pairs, febrl_truth(FEBRL / f"dataset{number}.csv"))


def test_febrl_1_keeps_its_bar(out: Path) -> None:
    found = of_febrl(1, out)

    assert found.f1 >= 0.985
    assert found.likely_precision >= 0.999
