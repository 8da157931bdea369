"""The practice profile: what its files may say, its versions, and what an administrator may set."""

import csv
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.http import Http404
from django.test import override_settings

from agencies.actions.practice import LocalPeriod, change_timescale, is_changeable
from agencies.models import PracticeProfile, ProfileHoliday, Timescale
from agencies.profile_files import FOLDER, ProfileProblems, read_profile
from safeguard.audit.models import AuditRow
from tests.conftest import Person
from tests.factories import as_owner, load_england

Edit = Callable[[str, str, str, str], None]


def timescale(code: str) -> Timescale:
    profile = PracticeProfile.objects.current()
    assert profile
    return profile.timescales.get(code=code)


# --- What the files say ---------------------------------------------------------------------------


def test_england_has_every_row_of_its_source_with_its_legal_status() -> None:
    draft = read_profile(FOLDER / "england")

    with (FOLDER / "england/timescales.csv").open(encoding="utf-8") as source:
        stated = {row["code"]: row for row in csv.DictReader(source)}
    assert {row["code"] for row in draft.timescales} == stated.keys()
    for row in draft.timescales:
        assert row["legal_status"] == stated[row["code"]]["status"]
        assert (row["stated_value"], row["stated_unit"]) == (stated[row["code"]]["value"], stated[row["code"]]["unit"])
        assert row["starts_on"], f"nothing starts {row['code']}"
        assert row["met_by"], f"nothing meets {row['code']}"


@pytest.mark.parametrize(
    ("code", "amount", "unit", "hours"),
    [
        ("STRAT", None, "chase", "clock"),  # empty, without_delay
        ("ESC_4", None, "chase", "clock"),  # empty, urgent
        ("S47_START", 0, "same_day", ""),
        ("ICPC_REPORT_CHAIR", -2, "working_day", ""),  # day_as_stated, counted back
        ("PF_NOTIFY", -6, "week", ""),
        ("PREBIRTH_RCPC", 10, "day", ""),  # day_as_stated
        ("CP_FILE_TERM", 5, "school_day", ""),
        ("MASH_RED", 4, "hour", "working"),
        ("RHI", 72, "hour", "clock"),
    ],
)
def test_what_is_no_plain_number_is_read_as_the_clock_file_says(
    code: str, amount: int | None, unit: str, hours: str
) -> None:
    (row,) = (row for row in read_profile(FOLDER / "england").timescales if row["code"] == code)

    assert (row["amount"], row["unit"], row["hours"]) == (amount, unit, hours)
    assert row["reading"] or row["stated_unit"] in ("hour", "week", "month", "day")


def test_the_american_profile_is_an_example_and_says_so() -> None:
    draft = read_profile(FOLDER / "usa_example")

    assert draft.profile["is_example"]
    assert "EXAMPLE" in draft.profile["label"]
    assert {row["legal_status"] for row in draft.timescales} == {"example"}
    in_use = {row["code"] for row in draft.timescales if row["starts_on"]}
    assert in_use == {"TX_P1_IMM", "TX_P1", "TX_P2", "TX_COMPLETE"}, "only the default rows, those of Texas"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER / "england", tmp_path / "profile"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Set a column of the row with that code (or name) in a file of the profile."""

    def set_column(file: str, key: str, column: str, value: str) -> None:
        path = folder / file
        with path.open(encoding="utf-8") as source:
            reader = csv.DictReader(source)
            columns, rows = list(reader.fieldnames or []), list(reader)
        for row in rows:
            if key in row.values():
                row[column] = value
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, columns)
            writer.writeheader()
            writer.writerows(rows)

    return set_column


def problems(folder: Path) -> str:
    with pytest.raises(ProfileProblems) as raised:
        read_profile(folder)
    return str(raised.value)


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (
            ("timescales.csv", "ASSESS", "unit"),
            "fortnight",
            "timescales.csv, row 8, column unit: “fortnight” is unknown",
        ),
        (("timescales.csv", "ASSESS", "value"), "0", "timescales.csv, row 8, column value: a period of zero"),
        (("timescales.csv", "ASSESS", "value"), "soon", "row 8, column value: “soon” is not a whole number"),
        (("timescales.csv", "ASSESS", "value"), "", "row 8, column value: it is empty"),
        (("timescales.csv", "STRAT", "value"), "3", "row 9, column value: “without_delay” takes no number"),
        (("timescales.csv", "ASSESS", "status"), "rumour", "row 8, column status: “rumour” is unknown"),
        (("clocks.csv", "ASSESS", "amount"), "0", "clocks.csv, row 8, column amount: 0 working_day is not allowed"),
        (("clocks.csv", "ASSESS", "amount"), "40", "row 8, column amount: timescales.csv says 45"),
        (("clocks.csv", "ASSESS", "unit"), "day", "row 8, column unit: timescales.csv says working_day"),
        (("clocks.csv", "ASSESS", "starts_on"), "moonrise", "row 8, column starts_on: “moonrise” is unknown"),
        (("clocks.csv", "STRAT", "amount"), "4", "row 9, column amount: a step without delay has no number"),
        (("clocks.csv", "STRAT", "reading"), "", "row 9, column reading: say how “without_delay” is read"),
        (("clocks.csv", "RHI", "hours"), "", "column hours: say clock or working"),
        (("clocks.csv", "ICPC_REPORT_CHAIR", "starts_on"), "plan_started", "only from a planned event"),
        (("clocks.csv", "ASSESS", "code"), "ASSESSMENT", "ASSESS of timescales.csv has no row here"),
        (("ladder.csv", "before", "to"), "boss", "ladder.csv, row 2, column to: “boss” is unknown"),
    ],
)
def test_an_error_names_file_row_and_column(
    folder: Path, edit: Edit, cell: tuple[str, str, str], value: str, said: str
) -> None:
    edit(*cell, value)

    assert said in problems(folder)


def test_a_negative_period_that_nothing_is_planned_for_is_refused(folder: Path, edit: Edit) -> None:
    edit("timescales.csv", "ASSESS", "value", "-45")
    edit("clocks.csv", "ASSESS", "amount", "-45")

    assert "row 8, column amount: only from a planned event can a period be counted back" in problems(folder)


def test_holidays_that_overlap_or_end_before_they_begin_are_refused(folder: Path) -> None:
    (folder / "holidays.csv").write_text(
        "first_day,last_day,name\n2026-12-24,2026-12-29,Office closed\n2026-12-29,2026-12-31,Stocktaking\n"
        "2027-01-05,2027-01-04,Backwards\n"
    )

    said = problems(folder)
    assert "holidays.csv, row 3, column first_day: it overlaps “Office closed”" in said
    assert "holidays.csv, row 4, column last_day: it is before first_day" in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("time_zone", "Europe/Atlantis", "profile.json, time_zone: “Europe/Atlantis” is not a time zone"),
        ("holiday_country", "XX", "profile.json, holiday_country"),
        ("opens_at", "morning", "profile.json, opens_at"),
        ("closes_at", "08:00", "profile.json, closes_at: it must be after opens_at"),
    ],
)
def test_what_is_wrong_with_the_profile_itself_is_named(folder: Path, name: str, value: str, said: str) -> None:
    text = (folder / "profile.json").read_text()
    before = next(line for line in text.splitlines() if f'"{name}"' in line)
    (folder / "profile.json").write_text(text.replace(before, f'  "{name}": "{value}",').replace(",\n}", "\n}"))

    assert said in problems(folder)


@pytest.mark.parametrize("kind", ["ordinary", "urgent"])
def test_a_ladder_must_serve_both_kinds_of_deadlines(folder: Path, kind: str) -> None:
    rows = (folder / "ladder.csv").read_text().splitlines()
    (folder / "ladder.csv").write_text("\n".join(row for row in rows if f",{kind}," not in row))

    assert f"ladder.csv, for: no row is for {kind} deadlines" in problems(folder)


def test_a_missing_file_and_a_missing_column_are_named(folder: Path) -> None:
    (folder / "ladder.csv").unlink()
    (folder / "levels.csv").write_text("level,title\n1,Universal\n")

    said = problems(folder)
    assert "ladder.csv, the whole file: there is no such file" in said
    assert "levels.csv, row 1, column name: there is no such column" in said


# --- Loading --------------------------------------------------------------------------------------


def loaded(*arguments: str, **options: Any) -> str:
    out = StringIO()
    with as_owner():
        call_command("load_profile", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_loads_and_says_what_must_be_set_before_going_live(db: None) -> None:
    said = loaded("england")

    assert "England: Working Together 2023, version 1: 49 timescales." in said
    assert "Set before going live: how soon to chase STRAT" in said
    assert timescale("STRAT").needs_interval
    assert timescale("STRAT").in_words == "without delay; no interval is set"


def test_a_second_run_changes_nothing(db: None) -> None:
    loaded("england")

    assert loaded("england") == "england: nothing new, nothing was changed.\n"
    assert PracticeProfile.objects.count() == 1


def test_files_with_an_error_load_nothing(db: None, folder: Path, edit: Edit) -> None:
    edit("timescales.csv", "ASSESS", "unit", "fortnight")

    with pytest.raises(CommandError, match="Nothing was loaded"), as_owner():
        call_command("load_profile", "england", folder=folder)

    assert PracticeProfile.objects.count() == 0


def test_new_files_are_a_new_version_that_keeps_what_was_set_here(
    adam: Person, db: None, folder: Path, edit: Edit
) -> None:
    load_england()
    change_timescale("CP_VISIT", LocalPeriod(amount=4, unit="week"), reason="Ours", by=adam.by)
    edit("timescales.csv", "ASSESS", "value", "40")
    edit("clocks.csv", "ASSESS", "amount", "40")

    loaded("england", folder=folder)

    assert (timescale("CP_VISIT").amount, timescale("CP_VISIT").unit) == (4, "week")
    assert timescale("ASSESS").amount == 40
    assert PracticeProfile.objects.current().version == 3  # type: ignore[union-attr]  # it is loaded


def test_the_example_is_used_only_where_the_installation_says_so(db: None) -> None:
    load_england()
    loaded("usa_example")
    assert PracticeProfile.objects.current().code == "england"  # type: ignore[union-attr]  # it is loaded

    with override_settings(PRACTICE_PROFILE="usa_example"):
        assert PracticeProfile.objects.current().is_example  # type: ignore[union-attr]  # it is loaded


def test_a_version_can_be_neither_changed_nor_deleted_by_the_application(db: None) -> None:
    load_england()

    for statement in (
        "UPDATE agencies_timescale SET amount = 1 WHERE code = 'ASSESS'",
        "DELETE FROM agencies_timescale",
        "UPDATE agencies_practiceprofile SET label = 'x'",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_refuses_overlapping_holidays_and_a_period_of_zero(db: None) -> None:
    profile = load_england()
    with as_owner():
        ProfileHoliday.objects.create(profile=profile, first_day="2026-12-24", last_day="2026-12-29", name="Closed")
    for wrong in (
        lambda: ProfileHoliday.objects.create(
            profile=profile, first_day="2026-12-29", last_day="2026-12-30", name="Overlaps"
        ),
        lambda: Timescale.objects.filter(profile=profile, code="ASSESS").update(amount=0),
    ):
        with pytest.raises((IntegrityError, InternalError)), as_owner():
            wrong()


# --- What an administrator sets -------------------------------------------------------------------


def test_a_local_timescale_is_set_with_a_reason_and_its_history_is_kept(adam: Person) -> None:
    before = load_england()

    made = change_timescale("CP_VISIT", LocalPeriod(amount=4, unit="week"), reason="Our procedures, 2026", by=adam.by)

    assert (timescale("CP_VISIT").amount, timescale("CP_VISIT").unit) == (4, "week")
    assert timescale("CP_VISIT").in_words == "4 weeks"
    assert before.timescales.get(code="CP_VISIT").amount == 10, "the old version is as it was"
    assert (made.version, made.made_by, made.reason) == (2, adam.user, "Our procedures, 2026")
    assert made.change == "CP_VISIT: 10 working days"
    row = AuditRow.objects.get(action="profile.change_timescale")
    assert row.detail == {"timescale": "CP_VISIT", "version": 2}


def test_how_soon_a_step_without_delay_is_chased_is_set_locally_though_the_step_is_not_local(adam: Person) -> None:
    load_england()

    change_timescale("STRAT", LocalPeriod(chase_hours=4), reason="Agreed", by=adam.by)

    assert not timescale("STRAT").needs_interval
    assert timescale("STRAT").period.amount == 4
    assert not timescale("STRAT").is_local


def test_a_period_that_is_counted_back_stays_so(adam: Person) -> None:
    load_england()

    change_timescale("ICPC_REPORT_CHAIR", LocalPeriod(amount=5, unit="working_day"), reason="Ours", by=adam.by)

    assert timescale("ICPC_REPORT_CHAIR").amount == -5


@pytest.mark.parametrize(
    ("code", "period", "reason", "said"),
    [
        ("ASSESS", LocalPeriod(amount=60, unit="working_day"), "Busy", "statutory guidance, which only a new profile"),
        ("EPO", LocalPeriod(amount=60, unit="day"), "Busy", "statute"),
        ("CP_VISIT", LocalPeriod(amount=0, unit="week"), "Ours", "Give a number from 1"),
        ("CP_VISIT", LocalPeriod(amount=None, unit="week"), "Ours", "Give a number from 1"),
        ("CP_VISIT", LocalPeriod(amount=5, unit="same_day"), "Ours", "Say what is counted"),
        ("CP_VISIT", LocalPeriod(amount=5, unit="week"), " ", "Say why"),
        ("STRAT", LocalPeriod(amount=5, unit="week"), "Ours", "Give a number from 1"),
    ],
)
def test_what_is_not_local_or_makes_no_sense_is_refused_and_nothing_changes(
    adam: Person, code: str, period: LocalPeriod, reason: str, said: str
) -> None:
    load_england()

    with pytest.raises(ValidationError, match=said):
        change_timescale(code, period, reason=reason, by=adam.by)

    assert PracticeProfile.objects.count() == 1


def test_only_who_configures_the_partnership_may_set_anything(maggie: Person, alice: Person) -> None:
    load_england()

    for person in (maggie, alice):
        with pytest.raises(Http404):
            change_timescale("CP_VISIT", LocalPeriod(amount=4, unit="week"), reason="Mine", by=person.by)

    assert PracticeProfile.objects.count() == 1


def test_the_rows_that_can_be_changed_are_the_local_ones_and_the_chased_ones(db: None) -> None:
    changeable = {each.code for each in load_england().timescales.all() if is_changeable(each)}

    assert {"CP_VISIT", "MASH_RED", "TRANSFER_IN", "STRAT", "ESC_4"} <= changeable
    assert not {"ASSESS", "ICPC", "EPO", "LAC_VISIT1", "S47_START", "CPP_START", "RHI"} & changeable


# --- Pages ----------------------------------------------------------------------------------------


def test_everybody_reads_the_profile_with_the_force_and_the_source_of_each_row(tariq: Person) -> None:
    load_england()

    page = tariq.client.get("/practice/").text

    assert "complete child and family assessment (maximum)" in page
    assert "45 working days" in page
    assert "Statutory guidance" in page
    assert "SI 2010/959 reg 33" in page
    assert "/practice/CP_VISIT/change/" not in page


def test_an_example_profile_warns_on_its_page(tariq: Person) -> None:
    loaded("usa_example")

    with override_settings(PRACTICE_PROFILE="usa_example"):
        page = tariq.client.get("/practice/").text

    assert "This profile is an example" in page
    assert "Not in use here" in page


def test_without_a_profile_the_page_says_that_no_clock_runs(tariq: Person) -> None:
    assert "No practice profile is loaded" in tariq.client.get("/practice/").text


def test_an_administrator_sets_a_local_timescale_on_its_page(adam: Person) -> None:
    load_england()
    assert "/practice/CP_VISIT/change/" in adam.client.get("/practice/").text

    sent = {"amount": "4", "unit": "week", "hours": "clock", "reason": "Our procedures"}
    answer = adam.client.post("/practice/CP_VISIT/change/", sent, follow=True)

    assert "The new version is in force" in answer.text
    assert "Version 2" in answer.text
    assert timescale("CP_VISIT").in_words == "4 weeks"


def test_the_page_of_a_statutory_row_is_not_there_even_for_an_administrator(adam: Person) -> None:
    load_england()

    assert adam.client.get("/practice/ASSESS/change/").status_code == 404
    assert adam.client.get("/practice/NONE/change/").status_code == 404
    assert adam.client.get("/practice/STRAT/change/").status_code == 200


# --- The glossary ---------------------------------------------------------------------------------


def test_the_glossary_explains_terms_in_order_and_each_can_be_linked_to(tariq: Person) -> None:
    load_england()

    page = tariq.client.get("/glossary/").text

    assert page.index('id="dsl"') < page.index('id="mash"') < page.index('id="upn"')
    assert "Designated safeguarding lead" in page


def test_every_page_leads_to_the_glossary_in_one_click(tariq: Person) -> None:
    assert 'href="/glossary/"' in tariq.client.get("/").text


def test_without_a_profile_the_glossary_says_why_it_is_empty(tariq: Person) -> None:
    assert "They come with the practice profile" in tariq.client.get("/glossary/").text


# --- The history ----------------------------------------------------------------------------------


def test_the_history_says_who_changed_which_timescale_when_and_why(adam: Person, tariq: Person) -> None:
    load_england()
    change_timescale("STRAT", LocalPeriod(chase_hours=4), reason="Agreed in March", by=adam.by)
    change_timescale("STRAT", LocalPeriod(chase_hours=2), reason="Too slow", by=adam.by)

    page = tariq.client.get("/practice/history/").text

    assert "From without delay; chased after 4 hours to without delay; chased after 2 hours" in page
    assert page.index("Too slow") < page.index("Agreed in March"), "the newest first"
    assert "Adam Abbot" in page
    assert "The first version" in page


def test_the_history_of_many_versions_goes_on_and_its_last_page_still_compares(adam: Person, tariq: Person) -> None:
    load_england()
    for hours in range(1, 27):
        change_timescale("STRAT", LocalPeriod(chase_hours=hours), reason=f"Step {hours}.", by=adam.by)

    first = tariq.client.get("/practice/history/")
    rest = tariq.client.get("/practice/history/", {"cursor": first.context["page"].after})

    assert "From without delay; chased after 1 hours to without delay; chased after 2 hours" in first.text
    assert "Step 1." in rest.text
    assert "The first version" in rest.text


def test_without_a_profile_the_history_says_so(tariq: Person) -> None:
    assert "No practice profile is loaded" in tariq.client.get("/practice/history/").text
