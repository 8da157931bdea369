"""Run the whole of Safeguard on this machine with fictional data: `make demo`.

Nothing here needs Django's applications, so that the demo need not wait for them: its processes load them.
"""

import http.client
import os
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from safeguard.common.services.processes import ServiceError
from safeguard.common.services.supervisor import Service, Supervisor
from safeguard.management.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from safeguard.management.demo_folder import DemoFolder, fingerprint
from safeguard.management.demo_servers import Database, open_broker, open_database
from safeguard.settings.env import env

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("safeguard", "agencies", "cases", "referrals")
# How Safeguard's processes are told of servers; the demo tells each one afresh.
SERVER_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
HIGHEST_PORT = 65535
READY_SECONDS = 60
BEGAN = time.monotonic()


def main() -> int:
    """Run the demo as the environment says (PORT, SAFEGUARD_DATA_DIR, FRESH); return the exit code."""
    try:
        with ExitStack() as cleanup:
            run(port_number(os.environ.get("PORT") or "8000"), cleanup)
    except ServiceError as error:
        say(f"\n{error}", to=sys.stderr)
        return 1
    say("Stopped. Your data is kept: `make demo` goes on with it.")
    return 0


def run(port: int, cleanup: ExitStack) -> None:
    """Start everything and keep it going until a wish to stop; what ``cleanup`` holds then ends it."""
    folder = DemoFolder(data_dir())
    cleanup.callback(folder.release)
    supervisor = Supervisor(folder.processes, say)
    cleanup.enter_context(supervisor.signals())
    supervisor.stop_orphans()
    refuse_taken(port)
    if env.bool("FRESH", default=False):
        folder.wipe()
    database = open_database(folder, supervisor, cleanup)
    environment = shared_environment(folder, port) | {"REDIS_URL": open_broker(folder, supervisor, cleanup)}
    cleanup.callback(supervisor.stop)
    if prepare(database, environment, supervisor):
        serve(port, database, environment, supervisor)


def prepare(database: Database, environment: dict[str, str], supervisor: Supervisor) -> bool:
    """Migrate and seed, unless that was done by this very code; return False on a wish to stop."""
    code = fingerprint(ROOT, ROOMS)
    if database.prepared_for() == code:
        return True
    say("Preparing the database ...")
    environment = environment | {"DATABASE_URL": database.owner}
    for name, *arguments in (["migrate", "--no-input", "--verbosity=0"], ["seed_demo"]):
        command = (sys.executable, str(ROOT / "manage.py"), name, *arguments)
        if not supervisor.finish(Service(name, command, environment)):
            return False
    database.note_prepared(code)
    return True


def serve(port: int, database: Database, environment: dict[str, str], supervisor: Supervisor) -> None:
    """Start the web, the worker and beat, say where to go, and keep them going until a wish to stop."""
    web, *others = services(port, database, environment)
    supervisor.start(web)
    deadline = time.monotonic() + READY_SECONDS
    if not supervisor.watch(lambda: answers(port) or time.monotonic() > deadline):
        return
    if time.monotonic() > deadline:
        raise ServiceError(
            f"The web did not answer within {READY_SECONDS} s; what it printed is above. "
            "Everything was stopped, and what was saved is kept."
        )
    say(welcome(port, environment["EMAIL_FILE_DIR"], time.monotonic() - BEGAN))
    for service in others:  # only now: on two cores they would keep the first page waiting
        supervisor.start(service)
    supervisor.watch()
    say("Stopping ...")


def say(text: str, to: TextIO = sys.stdout) -> None:
    """Print ``text``. A terminal that has gone away is no reason to leave processes running."""
    try:
        print(text, file=to, flush=True)
    except OSError:
        return


def data_dir() -> Path:
    """Return the demo's data folder: SAFEGUARD_DATA_DIR, or `.data/demo` in the project."""
    given = os.environ.get("SAFEGUARD_DATA_DIR")
    return Path(given).expanduser() if given else ROOT / ".data" / "demo"


def port_number(text: str) -> int:
    """Return ``text`` as a port. Raises ServiceError when it is none."""
    if text.isdecimal() and 0 < int(text) <= HIGHEST_PORT:
        return int(text)
    raise ServiceError(f"PORT={text} is not a port. Nothing was started. Give a number from 1 to {HIGHEST_PORT}.")


def refuse_taken(port: int) -> None:
    """Raise ServiceError when another program listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServiceError(
                f"Port {port} cannot be used: {error.strerror}. Nothing was started. "
                f"Stop the program that uses it, or choose another port: make demo PORT={min(port + 1, HIGHEST_PORT)}"
            ) from None


def shared_environment(folder: DemoFolder, port: int) -> dict[str, str]:
    """Return what every process of the demo is told, except which database and broker to use."""
    told = {name for variable in SERVER_VARIABLES for name in (variable, f"{variable}_FILE")}
    inherited = {name: value for name, value in os.environ.items() if name not in told}
    return (
        {"SITE_URL": f"http://localhost:{port}"}
        | inherited
        | {
            "DJANGO_SETTINGS_MODULE": "safeguard.settings.local",
            "SAFEGUARD_DATA_DIR": str(folder.path),
            "EMAIL_FILE_DIR": str(folder.mail),
            "PYTHONUNBUFFERED": "1",
        }
    )


def services(port: int, database: Database, environment: dict[str, str]) -> list[Service]:
    """Return the web, the worker and beat; each connects to the database as its own role."""
    # The demo may run as root, and Celery need not warn of it.
    celery = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery"]
    celery += ["--quiet", "--app=safeguard"]
    web = [sys.executable, "-m", "uvicorn", "safeguard.asgi:application", f"--port={port}", "--ws=none"]
    web += ["--lifespan=off", "--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=2"]
    worker = [*celery, "worker", "--loglevel=WARNING", "--concurrency=1", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel=WARNING", "--pidfile="]
    as_web, as_worker = environment | {"DATABASE_URL": database.web}, environment | {"DATABASE_URL": database.worker}
    return [
        Service("web", tuple(web), as_web),
        Service("worker", tuple(worker), as_worker),
        Service("beat", tuple(beat), as_worker),
    ]


def answers(port: int) -> bool:
    """Whether the web says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/health/ready", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(port: int, mail: str, seconds: float) -> str:
    """Return the address, the demo's accounts as a table, and how to stop."""
    rows = [("sign in as", "who", "where")]
    rows += [(account.email, f"{account.name}, {account.role_label}", account.agency) for account in DEMO_ACCOUNTS]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    table = "\n".join(f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in rows)
    return (
        f"\nSafeguard is ready after {seconds:.1f} s:  http://localhost:{port}\n\n{table}\n\n"
        f"  Everybody’s password: {DEMO_PASSWORD}   Everybody here is fictional.\n"
        f"  E-mails are written to {mail}\n  Ctrl-C stops everything and keeps the data.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
