"""Print the SQL that makes the database and its roles on a PostgreSQL server, for its superuser to run."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from psycopg import sql

from safeguard.common.services.roles import create_database_statement, database_statements, role_statements


class Command(BaseCommand):
    """``manage.py database_roles | psql``: safe to run again. Passwords are set separately."""

    help = "Print the SQL for psql that makes the database roles, the database and its extensions."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the database's name."""
        parser.add_argument("--database", default="safeguard")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the script."""
        self.stdout.write("\n".join(script(options["database"])))


def script(database: str) -> Iterator[str]:
    """Yield the lines of the psql script. They hold no password."""
    yield "-- Made by `manage.py database_roles`: run it by psql as a superuser; it may run again without harm."
    yield "\\set ON_ERROR_STOP on"
    yield from map(_line, role_statements({}))
    yield _create_unless_there(database)
    yield f"\\connect {sql.Identifier(database).as_string(None)}"
    yield from map(_line, database_statements(database))


def _line(statement: sql.Composed) -> str:
    return f"{statement.as_string(None)};"


def _create_unless_there(database: str) -> str:
    create = sql.Literal(create_database_statement(database).as_string(None)).as_string(None)
    name = sql.Literal(database).as_string(None)
    return f"SELECT {create} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {name}) \\gexec"  # noqa: S608  (both parts are quoted literals)
