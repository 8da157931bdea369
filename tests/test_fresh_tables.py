"""A fresh database gets its tables in one step: they are those that every migration, one by one, leads to."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from safeguard.common.services.postgres import RunningPostgres, start_postgres
from tests import database

# Each row says one thing that holds in a database, whole, as text. Of a table the order of its columns is no rule.
THINGS = """
SELECT 'column', format('%s.%s %s null %s default %s generated %s', a.attrelid::regclass, attname,
    format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(adbin, adrelid), attgenerated)
FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger', format('%s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', format('%s %s', pg_get_functiondef(p.oid), proacl) FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
UNION ALL
SELECT 'policy', to_jsonb(p)::text FROM pg_policies p
UNION ALL
SELECT 'table', format('%s row security %s %s', oid::regclass, relrowsecurity, relacl) FROM pg_class
WHERE relnamespace = 'public'::regnamespace
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgres]:
    postgres = start_postgres(tmp_path_factory.mktemp("fresh") / "postgres", durable=False)
    yield postgres
    postgres.stop()


@pytest.mark.proof
def test_a_fresh_database_is_the_one_that_every_migration_leads_to(server: RunningPostgres) -> None:
    fresh, followed = _things(server, "fresh", "migrate"), _things(server, "followed", "step by step")
    assert len(fresh) > 2000
    assert fresh ^ followed == set()


def test_what_a_fresh_database_gets_in_one_step_are_all_the_migrations_that_came_first() -> None:
    for room in ("cases", "referrals"):
        folder = database.ROOT / room / "migrations"
        first = {path.stem for path in folder.glob("0*.py") if "squashed" not in path.name}
        (at_once,) = folder.glob("0001_squashed_*.py")
        assert {name for name in first if name <= _last(at_once)} == _replaced(room, at_once)


def _things(postgres: RunningPostgres, name: str, how: str) -> set[tuple[str, str]]:
    database.make(postgres, name, how)
    with psycopg.connect(postgres.superuser_url(name)) as connection:
        return {(kind, text) for kind, text in connection.execute(THINGS)}


def _last(at_once: Path) -> str:
    return at_once.stem.removeprefix("0001_squashed_")


def _replaced(room: str, at_once: Path) -> set[str]:
    return {name for _app, name in import_module(f"{room}.migrations.{at_once.stem}").REPLACED}
