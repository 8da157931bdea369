"""The tests' own PostgreSQL and Valkey, the web server for browsers, and the fixed cast of people."""

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase

from agencies.acting import Acting
from agencies.models import Agency, Membership, Team, User
from agencies.roles import Role
from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE
from safeguard.common.services.postgres import start_postgres
from safeguard.common.services.valkey import start_valkey
from tests import database, factories
from tests.factories import act, as_owner, make_agency, make_membership, make_team, make_user

SERVICES: list[Any] = []
# Reference rows that migrations write: kept when a test's rows are truncated.
KEPT_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "agencies_sector",
    "cases_matchmodel",
    "cases_matchweight",
}


# --- Services -------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start one Valkey, and a PostgreSQL for each process: what is settled in one depends on all its databases."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's driver runs an event loop in this thread
    folder = Path(tempfile.mkdtemp(prefix="safeguard-test-"))
    if not hasattr(config, "workerinput"):
        valkey = start_valkey(folder / "valkey")
        SERVICES.append(valkey)
        os.environ["TEST_VALKEY"], os.environ["TEST_BROKER"] = valkey.url, valkey.celery_url
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # this process only hands out tests
    database.copy_to(folder / "postgres")
    postgres = start_postgres(folder / "postgres", durable=False)
    SERVICES.append(postgres)
    os.environ["TEST_POSTGRES"] = postgres.superuser_url("postgres")
    os.environ["TEST_POSTGRES_SOCKET"] = str(postgres.socket_dir)
    settings.DATABASES["default"] |= database.settings_of(postgres)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings.CACHES["default"] |= {"LOCATION": _own_cache(worker), "KEY_PREFIX": worker}
    settings.FILES_DIR = folder / "files"
    settings.CELERY_BROKER_URL = os.environ["TEST_BROKER"]


def _own_cache(worker: str) -> str:
    # Clearing a cache empties its whole database: each process has one, or rate limits vanish under its neighbour.
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    return f"{os.environ['TEST_VALKEY'].partition('?')[0]}?db={number}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started."""
    for service in reversed(SERVICES):
        service.stop()
    SERVICES.clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long proofs out where no marker is asked for, and run browser tests last.

    The browser's driver leaves an event loop in this thread, in which Django's test client fails.
    """
    if not config.getoption("markexpr"):
        proofs = [item for item in items if item.get_closest_marker("proof")]
        config.hook.pytest_deselected(items=proofs)
        items[:] = [item for item in items if item not in proofs]
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Bring this process's database up to date as its owner; the tests then use it as the web's role."""
    with django_db_blocker.unblock():
        connection.settings_dict["OPTIONS"] = {"options": f"-c role={OWNER_ROLE}"}
        call_command("migrate", verbosity=0)
        connection.close()
        connection.settings_dict["OPTIONS"] = {"options": f"-c role={WEB_ROLE}"}
    yield
    with django_db_blocker.unblock():
        connection.close()


def truncate(self: TransactionTestCase) -> None:
    """Empty every table that tests write to, as the owner: the web's role may not truncate."""
    with as_owner(), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - KEPT_TABLES
        names = ", ".join(connection.ops.quote_name(table) for table in sorted(tables))
        _guard_audit(cursor, "DISABLE")
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        _guard_audit(cursor, "ENABLE")


def _guard_audit(cursor: Any, switch: str) -> None:
    # The audit refuses TRUNCATE even from its owner, who can only switch the guard off.
    for table in ("audit_auditrow", "audit_auditbatch"):
        cursor.execute(f"ALTER TABLE {table} {switch} TRIGGER audit_append_only")


TransactionTestCase._fixture_teardown = truncate  # type: ignore[attr-defined]  # its stub leaves it out


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits and used codes of one test must not reach the next."""
    yield
    cache.clear()


# --- Browser --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Drive the system's Chromium, which must stay off the network."""
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    return {
        "executable_path": chromium_path(),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", *quiet],
    }


def chromium_path() -> str:
    """Return the system's Chromium. Without one the test is skipped, except in CI, where it fails."""
    for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"):
        if Path(path).exists():
            return path
    if os.environ.get("CI"):
        pytest.fail("CI must have Chromium: .ci/run installs it.")
    pytest.skip("No Chromium on this machine: install Debian's `chromium` to run the browser tests.")


@pytest.fixture
def asgi_server(transactional_db: None) -> Iterator[str]:
    """Serve the site by uvicorn in a thread; gives the address. Rows are committed for real."""
    from safeguard.asgi import application

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, log_level="warning", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://localhost:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


# --- The cast -------------------------------------------------------------------------------------


@dataclass
class Person:
    """One of the cast: their account, their membership and a browser-less client that is signed in."""

    user: User
    membership: Membership

    @property
    def by(self) -> Acting:
        """This person as the actor of an action."""
        return act(self.user, self.membership)

    @property
    def client(self) -> Client:
        """Return a fresh signed-in client."""
        client = Client()
        client.force_login(self.user)
        return client


@dataclass
class Place:
    """An agency and its safeguarding team."""

    agency: Agency
    team: Team


def _place(name: str, sector: str, team: str) -> Place:
    agency = make_agency(name, sector)
    return Place(agency, make_team(agency, team, kind="safeguarding"))


def _person(name: str, place: Place, *roles: Role, **fields: Any) -> Person:
    user = make_user(name)
    return Person(user, make_membership(user, place.agency, *roles, teams=(place.team,), **fields))


@pytest.fixture
def social_care(db: None) -> Place:
    return _place("Northshire children’s services", "social_care", "Assessment team")


@pytest.fixture
def oakfield(db: None) -> Place:
    return _place("Oakfield Primary School", "education", "Safeguarding team")


@pytest.fixture
def millbrook(db: None) -> Place:
    return _place("Millbrook Academy", "education", "Safeguarding team")


@pytest.fixture
def health(db: None) -> Place:
    return _place("Northshire 0–19 health team", "health", "Health visiting")


@pytest.fixture
def police(db: None) -> Place:
    return _place("Northshire Police", "police", "Child protection unit")


@pytest.fixture
def voluntary(db: None) -> Place:
    return _place("Harbour Family Support", "voluntary", "Family workers")


@pytest.fixture
def alice(social_care: Place) -> Person:
    """A social worker."""
    return _person("Alice Archer", social_care, Role.PRACTITIONER)


@pytest.fixture
def tess(social_care: Place) -> Person:
    """A triage officer."""
    return _person("Tess Tanner", social_care, Role.TRIAGE_OFFICER)


@pytest.fixture
def mo(social_care: Place) -> Person:
    """An MDT lead."""
    return _person("Mo Malik", social_care, Role.MDT_LEAD, title="Conference chair")


@pytest.fixture
def maggie(social_care: Place) -> Person:
    """An agency manager."""
    return _person("Maggie Mills", social_care, Role.MANAGER)


@pytest.fixture
def ian(social_care: Place) -> Person:
    """An information governance lead."""
    return _person("Ian Ives", social_care, Role.INFORMATION_GOVERNANCE_LEAD)


@pytest.fixture
def ana(social_care: Place) -> Person:
    """A partnership analyst."""
    return _person("Ana Amos", social_care, Role.ANALYST)


@pytest.fixture
def adam(social_care: Place) -> Person:
    """An administrator, who sees no case content."""
    return _person("Adam Abbot", social_care, Role.ADMINISTRATOR)


@pytest.fixture
def tariq(oakfield: Place) -> Person:
    """A teacher."""
    return _person("Tariq Turner", oakfield, Role.PRACTITIONER)


@pytest.fixture
def daisy(oakfield: Place) -> Person:
    """A designated safeguarding lead, who also manages the school's people."""
    return _person("Daisy Dale", oakfield, Role.SAFEGUARDING_LEAD, Role.MANAGER)


@pytest.fixture
def hana(health: Place) -> Person:
    """A health visitor."""
    return _person("Hana Hughes", health, Role.PRACTITIONER)


@pytest.fixture
def piotr(police: Place) -> Person:
    """A police officer."""
    return _person("Piotr Pryce", police, Role.PRACTITIONER)


@pytest.fixture
def vera(voluntary: Place) -> Person:
    """A voluntary sector worker."""
    return _person("Vera Vaughan", voluntary, Role.PRACTITIONER)


@pytest.fixture
def olive(millbrook: Place) -> Person:
    """An outsider: the safeguarding lead of another school."""
    return _person("Olive Osborne", millbrook, Role.SAFEGUARDING_LEAD, Role.MANAGER)


__all__ = ["Person", "Place", "factories"]
