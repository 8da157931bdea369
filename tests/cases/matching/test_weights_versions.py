"""A version of the weights is added, signed off by somebody with figures, and used from then on, unchanged."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.matching.access import current_model
from cases.models import MatchModel
from safeguard.audit.models import AuditRow
from tests.factories import as_owner

pytestmark = pytest.mark.django_db

FIRST = Path("cases/matching/data/weights_1.csv")
WHO, FIGURES = "Jo North, director of children’s services", "FEBRL 1: F1 .991, likely precision 1.0"


@pytest.fixture(autouse=True)
def owner(db: None) -> Iterator[None]:
    """Run as the owner of the tables, as the command does."""
    with as_owner():
        yield


def run(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command("matching_weights", *arguments, stdout=out, **options)
    return out.getvalue()


def add(path: Path = FIRST) -> str:
    return run("add", str(path), "--note", "From decided pairs")


def sign_off(version: int, *more: str, who: str = WHO, figures: str = FIGURES) -> str:
    return run("sign-off", str(version), "--by", who, "--figures", figures, *more)


def test_a_version_is_used_once_somebody_answers_for_it_with_figures() -> None:
    assert "Version 3 is added" in add()
    assert current_model().version == 2

    assert "Version 3 is signed off" in sign_off(3)
    assert current_model().version == 3
    signed = MatchModel.objects.get(version=3)
    assert (signed.signed_off_by, signed.signed_off_on, signed.figures) == (WHO, timezone.localdate(), FIGURES)
    assert list(AuditRow.objects.order_by("pk").values_list("action", flat=True)) == ["weights.add", "weights.sign_off"]
    assert f"3: signed off by {WHO}" in run("list")
    assert FIGURES in run("list")


def test_what_is_signed_off_never_changes() -> None:
    add()
    sign_off(3)
    with pytest.raises(CommandError, match="signed off already"):
        sign_off(3)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        MatchModel.objects.filter(version=3).update(figures="Better")


@pytest.mark.parametrize(
    ("version", "more", "words"),
    [
        (9, {}, "not there"),
        (3, {"who": " "}, "Give the name"),
        (3, {"figures": " "}, "Give the name"),
    ],
)
def test_a_sign_off_without_its_parts_is_refused(version: int, more: dict[str, str], words: str) -> None:
    add()
    with pytest.raises(CommandError, match=words):
        sign_off(version, **more)
    assert current_model().version == 2


def test_neither_a_day_to_come_nor_a_version_older_than_the_one_in_use_is_signed_off() -> None:
    add()
    add()
    with pytest.raises(CommandError, match="in the future"):
        sign_off(3, "--on", str(timezone.localdate() + timedelta(days=1)))
    sign_off(4)
    with pytest.raises(CommandError, match="Version 4 is in use"):
        sign_off(3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("field,level", "field;level"), "first line must be"),
        (lambda text: text.replace("0.80", "1.80"), "Line 2"),
        (lambda text: text.replace("0.80", "nan"), "Line 2"),
        (lambda text: text.replace("0.80", "most"), "Line 2"),
        (lambda text: text + "given,same,0.1,0.1,0.1\n", "each level comes once"),
        (lambda text: "\n".join(text.splitlines()[:-1]), "Missing or unknown levels"),
        (lambda text: text.replace("given,same", "given,identical"), "given identical, given same"),
        (lambda _text: "", "first line must be"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_nothing_is_added(
    change: Any, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "weights.csv"
    path.write_text(change(FIRST.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(CommandError, match=words):
        add(path)
    assert MatchModel.objects.count() == 2


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "absent.csv", tmp_path / "odd.csv"):
        with pytest.raises(CommandError, match="Nothing was added"):
            add(path)


def test_the_web_can_add_and_sign_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE app_web")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        MatchModel.objects.create(version=5, note="x")
