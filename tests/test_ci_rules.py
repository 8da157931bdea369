"""The local checks find what they are for: each is shown a small project that breaks its rule."""

import tomllib
from pathlib import Path

import pytest

from tools import house_rules, licences, lock_check, sizes, vulnerabilities
from tools.sources import ROOT, Finding

MODELS = """
from typing import ClassVar
from django.db import models

class Case(models.Model):
    protected = True

class Child(models.Model):
    protected: ClassVar[bool] = True

class Sector(models.Model):
    pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a small project with two protected models."""
    write(tmp_path, "cases/models/case.py", MODELS)
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def found(root: Path) -> list[Finding]:
    return list(house_rules.findings(root))


# --- Protected models -------------------------------------------------------------------------------


def test_a_model_that_says_it_is_protected_is_known(project: Path) -> None:
    assert house_rules.protected_models(project) == {"Case", "Child"}


@pytest.mark.parametrize(
    "line",
    [
        "Case.objects.all()",
        "Case.objects.get(pk=1)",
        "models.Child.objects.filter(name='x')",
        "Child._default_manager.first()",
        "Case._base_manager.count()",
        "rows = Case.objects",
        "get_object_or_404(Case, pk=1)",
        "shortcuts.get_list_or_404(models.Child)",
    ],
)
@pytest.mark.parametrize("path", ["cases/views/case.py", "referrals/actions/triage.py", "cases/tasks.py"])
def test_a_protected_row_asked_for_past_the_door_is_found(project: Path, path: str, line: str) -> None:
    write(project, path, f"def page():\n    {line}\n")
    (finding,) = found(project)
    assert (finding.path, finding.line) == (path, 2)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("cases/views/case.py", "Case.objects.visible_to(by).order_by('pk')"),
        ("cases/actions/open.py", "Case.objects.create(title='x')"),
        ("cases/views/case.py", "Sector.objects.all()"),
        ("cases/querysets.py", "Case.objects.all()"),
        ("cases/access.py", "Case.objects.get(pk=1)"),
        ("cases/access.py", "from django.http import Http404"),
        ("cases/access_sql.py", "Case.objects.raw('SELECT 1')"),
        ("cases/models/child.py", "Case.objects.all()"),
        ("cases/migrations/0002_x.py", "Case.objects.all()"),
    ],
)
def test_the_door_itself_and_unprotected_rows_are_left_alone(project: Path, path: str, line: str) -> None:
    write(project, path, f"def ask():\n    {line}\n")
    assert found(project) == []


def test_a_write_that_must_look_past_the_door_gives_its_reason_above(project: Path) -> None:
    ask = "Case.objects.filter(pk=1).delete()\n"
    write(project, "cases/actions/close.py", f"# past the door: the caller may lose sight by it\n{ask}")
    assert found(project) == []
    write(project, "cases/actions/close.py", f"# past the door: needed\n{ask}")
    assert len(found(project)) == 1


# --- The other rules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("cases/events.py", "@receiver(changed)\ndef on_change():\n    pass\n", "signal receiver"),
        ("cases/events.py", "from django.db.models.signals import post_save\n", "model signal"),
        ("cases/utils.py", "", "name the file by what it is about"),
        ("agencies/helpers.py", "", "name the file by what it is about"),
        ("cases/views/list.py", "def page():\n    connection.cursor()\n", "raw SQL in a view"),
        ("cases/views/list.py", "def page():\n    Sector.objects.raw('SELECT 1')\n", "raw SQL in a view"),
        ("cases/api/list.py", "def page():\n    RawSQL('SELECT 1')\n", "raw SQL in a view"),
        ("cases/actions/open.py", "from django.http import HttpRequest\n", "knows no request"),
        ("cases/actions/open.py", "from django import forms\n", "knows no request"),
        ("cases/access.py", "import rest_framework.serializers\n", "knows no request"),
    ],
)
def test_each_rule_finds_what_breaks_it(tmp_path: Path, path: str, text: str, said: str) -> None:
    write(tmp_path, path, text)
    (finding,) = found(tmp_path)
    assert finding.path == path
    assert said in finding.message


def test_this_project_keeps_its_rules() -> None:
    assert found(ROOT) == []


def test_every_root_module_is_in_the_contract_of_the_rooms() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    top = contracts[0]["layers"][0]
    listed = {name.strip(" ()") for name in top.split(":")}
    modules = {f"safeguard.{path.stem}" for path in (ROOT / "safeguard").glob("*.py")} - {"safeguard.__init__"}
    assert modules <= listed


# --- Sizes ------------------------------------------------------------------------------------------


def test_a_function_beyond_sixty_lines_is_found(tmp_path: Path) -> None:
    write(tmp_path, "cases/long.py", "def long():\n" + "    x = 1\n" * 60)
    (finding,) = sizes.too_long(tmp_path, ("cases",), sizes.FILE_MOST)
    assert finding.message == "long has 61 lines; at most 60."


def test_a_file_beyond_its_lines_is_found(tmp_path: Path) -> None:
    write(tmp_path, "cases/long.py", "x = 1\n" * 401)
    write(tmp_path, "tests/test_long.py", "x = 1\n" * 600)
    (finding,) = [
        *sizes.too_long(tmp_path, ("cases",), sizes.FILE_MOST),
        *sizes.too_long(tmp_path, ("tests",), sizes.TEST_FILE_MOST),
    ]
    assert finding.message == "401 lines; at most 400. Split it by concern."


def test_migrations_are_not_measured(tmp_path: Path) -> None:
    write(tmp_path, "cases/migrations/0001_initial.py", "x = 1\n" * 1000)
    assert list(sizes.too_long(tmp_path, ("cases",), sizes.FILE_MOST)) == []


@pytest.mark.parametrize(("lengths", "said"), [([9] * 10, "median"), ([2] * 90 + [36] * 10, "95th percentile")])
def test_long_functions_in_general_are_found(lengths: list[int], said: str) -> None:
    (finding,) = sizes.beyond_aims(lengths)
    assert said in finding.message


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    assert sizes.percentile([5, 1, 4, 2, 3], 95) == 5
    assert sizes.percentile(list(range(1, 101)), 95) == 95
    assert sizes.percentile([7], 95) == 7


# --- Lock files and licences ------------------------------------------------------------------------

PUBLIC = lock_check.LOCKS["uv.lock"]


@pytest.mark.parametrize(
    "line",
    [
        'source = { registry = "https://mirror.example/simple" }',
        'sdist = { url = "http://10.0.0.1/pkg.tar.gz", hash = "sha256:0" }',
        'source = { git = "https://example.org/x.git" }',
        'source = { path = "/opt/wheels/x.whl" }',
        'url = "https://pypi.org.evil.example/simple"',
    ],
)
def test_an_address_that_a_clean_machine_may_not_reach_is_found(line: str) -> None:
    assert len(lock_check.foreign_addresses(line, PUBLIC)) == 1


def test_public_addresses_pass() -> None:
    text = 'source = { registry = "https://pypi.org/simple" }\nurl = "https://files.pythonhosted.org/packages/x.whl"'
    assert lock_check.foreign_addresses(text, PUBLIC) == []


def test_the_locks_of_this_project_name_public_indexes_only() -> None:
    assert lock_check.main() == 0


@pytest.mark.parametrize("licence", ["MIT", "BSD-3-Clause", "Apache 2.0", "LGPL-3.0-only", "MPL-2.0"])
def test_a_permissive_licence_passes(licence: str) -> None:
    assert licences.is_accepted(licence)


@pytest.mark.parametrize("licence", ["GPL-3.0-or-later", "AGPL-3.0-only", "UNKNOWN", "Proprietary", "SSPL-1.0"])
def test_a_licence_that_does_not_fit_is_refused(licence: str) -> None:
    assert not licences.is_accepted(licence)


def test_what_production_installs_is_found_through_its_dependencies() -> None:
    names = licences.installed_for_production()
    assert {"django", "sqlparse", "psycopg-binary", "fido2", "psycopg-pool"} <= names
    assert not {"pytest", "mypy", "djlint"} & names


# --- Known weaknesses -------------------------------------------------------------------------------


def test_a_known_weakness_fails_the_check_and_names_the_fix() -> None:
    weak = {"name": "x", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
    code, text = vulnerabilities.verdict([weak])
    assert code == 1
    assert text == "x 1.0: PYSEC-1, fixed in ['1.1']"


def test_an_advisory_service_that_does_not_answer_is_said_and_fails_nothing() -> None:
    code, text = vulnerabilities.verdict([{"name": "x", "skip_reason": "not found"}])
    assert code == 0
    assert "does not answer" in text


def test_what_could_not_be_asked_is_counted() -> None:
    code, text = vulnerabilities.verdict(
        [{"name": "x", "version": "1", "vulns": []}, {"name": "y", "skip_reason": "?"}]
    )
    assert (code, text) == (0, "known weaknesses: none in 1 packages (1 could not be asked)")
