"""The database's login roles: who owns the tables, and who may only do what each table grants.

The web and the worker own nothing and cannot pass row-level security; the backup reads everything and
writes nothing. Every statement may run again without harm. See docs/adr/0002-database-roles.md.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from safeguard.common.row_security import BACKUP_ROLE, OWNER_ROLE, WEB_ROLE, WORKER_ROLE

EXTENSIONS = ("pg_trgm", "fuzzystrmatch", "unaccent", "btree_gin", "btree_gist", "citext")
PLAIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
ATTRIBUTES = {
    OWNER_ROLE: f"{PLAIN} NOBYPASSRLS INHERIT",
    WEB_ROLE: f"{PLAIN} NOBYPASSRLS NOINHERIT",
    WORKER_ROLE: f"{PLAIN} NOBYPASSRLS NOINHERIT",
    BACKUP_ROLE: f"{PLAIN} BYPASSRLS INHERIT",  # INHERIT: what it may read comes from pg_read_all_data
}
# A request or a task that hangs lets go of its locks; migrations, run by the owner, are never cut short.
SESSION_SETTINGS = {
    WEB_ROLE: {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    },
    WORKER_ROLE: {
        "statement_timeout": "5min",
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
    },
    BACKUP_ROLE: {"default_transaction_read_only": "on"},
}
# Any constant: two starts must not create the roles at the same moment.
ADVISORY_LOCK = 7_233_401


def role_statements(passwords: Mapping[str, str | None]) -> list[sql.Composed]:
    """Return the statements that a superuser runs once per server, in order.

    ``passwords`` maps role names to passwords; a role without one keeps what it has (none, when new).
    """
    statements = []
    for role, attributes in ATTRIBUTES.items():
        statements.append(_create(role))
        statements.append(_alter(role, attributes, passwords.get(role)))
        statements.extend(_set(role, name, value) for name, value in SESSION_SETTINGS.get(role, {}).items())
    statements.append(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(BACKUP_ROLE)))
    return statements


def database_statements(database: str) -> list[sql.Composed]:
    """Return the statements that a superuser runs in ``database`` once it exists, in order."""
    users = sql.SQL(", ").join(map(sql.Identifier, (WEB_ROLE, WORKER_ROLE, BACKUP_ROLE)))
    owner = sql.Identifier(OWNER_ROLE)
    return [
        sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), owner),
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC").format(),
        sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(users),
        *(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)) for name in EXTENSIONS),
    ]


def create_roles(superuser_url: str, database: str, passwords: Mapping[str, str | None] | None = None) -> None:
    """Create the roles, the database that ``app_owner`` owns, and its extensions, wherever they are missing."""
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        for statement in role_statements(passwords or {}):
            server.execute(statement)
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not known:
            server.execute(create_database_statement(database))
        with psycopg.connect(superuser_url, dbname=database, autocommit=True) as inside:
            for statement in database_statements(database):
                inside.execute(statement)


def create_database_statement(database: str) -> sql.Composed:
    """Return the statement that makes ``database``; it cannot run twice, nor in a transaction."""
    create = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
    return create.format(sql.Identifier(database), sql.Identifier(OWNER_ROLE))


def _create(role: str) -> sql.Composed:
    block = "DO $$ BEGIN CREATE ROLE {}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    return sql.SQL(block).format(sql.Identifier(role))


def _alter(role: str, attributes: str, password: str | None) -> sql.Composed:
    parts = [sql.SQL("ALTER ROLE {} WITH").format(sql.Identifier(role)), sql.SQL(attributes)]
    if password is not None:
        parts.append(sql.SQL("PASSWORD {}").format(sql.Literal(password)))
    return sql.SQL(" ").join(parts)


def _set(role: str, name: str, value: str) -> sql.Composed:
    statement = sql.SQL("ALTER ROLE {} SET {} = {}")
    return statement.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
