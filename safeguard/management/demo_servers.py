"""Which database and which broker the demo uses: embedded ones, or those that the environment names."""

from contextlib import ExitStack
from dataclasses import dataclass

import psycopg
from psycopg import sql

from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE, WORKER_ROLE
from safeguard.common.services.postgres import start_postgres
from safeguard.common.services.roles import create_roles
from safeguard.common.services.supervisor import Supervisor
from safeguard.common.services.valkey import start_valkey
from safeguard.management.demo_folder import DemoFolder
from safeguard.settings.env import secret

DATABASE = "safeguard"


@dataclass(frozen=True)
class Database:
    """The addresses of the database for each role. ``superuser`` is empty when the server is not ours."""

    web: str
    worker: str
    owner: str
    superuser: str = ""

    def prepared_for(self) -> str:
        """Return the fingerprint of the code that the database was last migrated and seeded by; empty if unknown."""
        if not self.superuser:
            return ""
        with psycopg.connect(self.superuser) as connection:
            query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
            row = connection.execute(query, [DATABASE]).fetchone()
        return str(row[0]) if row and row[0] else ""

    def note_prepared(self, fingerprint: str) -> None:
        """Keep ``fingerprint`` inside the database, so that it comes and goes with the data."""
        if self.superuser:
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
            with psycopg.connect(self.superuser) as connection:
                connection.execute(comment.format(sql.Identifier(DATABASE), sql.Literal(fingerprint)))


def open_database(folder: DemoFolder, supervisor: Supervisor, cleanup: ExitStack) -> Database:
    """Return the database that DATABASE_URL names, else start our own with its roles, to be stopped by ``cleanup``."""
    if given := secret("DATABASE_URL", default=""):
        return Database(web=given, worker=given, owner=secret("DATABASE_OWNER_URL", default="") or given)
    server = start_postgres(folder.postgres, durable=True)
    cleanup.callback(server.stop)
    supervisor.need("The database", server.process)
    create_roles(server.superuser_url(), DATABASE)
    web, worker, owner = (server.url(DATABASE, role) for role in (WEB_ROLE, WORKER_ROLE, OWNER_ROLE))
    return Database(web, worker, owner, server.superuser_url())


def open_broker(folder: DemoFolder, supervisor: Supervisor, cleanup: ExitStack) -> str:
    """Return the address that REDIS_URL names, else that of our own server, to be stopped by ``cleanup``."""
    if given := secret("REDIS_URL", default=""):
        return given
    server = start_valkey(folder.valkey)
    cleanup.callback(server.stop)
    supervisor.need("The queue", server.process)
    return server.url
