"""docker-compose.yml is held to reality: its form, its hardening, and its services running here."""

import json
import os
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import jsonschema
import psycopg
import pytest
from django.core.management import call_command

from safeguard.audit.keys import generate
from safeguard.common.encryption import new_keyset
from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE, WORKER_ROLE
from safeguard.common.services.binaries import find_programs
from safeguard.common.services.postgres import start_postgres
from safeguard.common.services.roles import create_roles
from safeguard.common.services.valkey import start_valkey
from tests.compose import Service, compose_file, free_port, interpolated, stop, wait_until
from tests.production import HOST, ROOT

SERVICES = compose_file()["services"]
OURS = ("migrate", "web", "worker", "beat")
OUTSIDE = {
    "SITE_URL": f"https://{HOST}",
    "ALLOWED_HOSTS": HOST,
    "EMAIL_HOST": "localhost",
    "DEFAULT_FROM_EMAIL": f"no-reply@{HOST}",
}


# --- Form -------------------------------------------------------------------------------------------


def test_the_compose_file_is_valid_by_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/data/compose_spec/compose-spec.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(compose_file())


def test_the_schema_would_refuse_a_misspelt_key() -> None:
    schema = json.loads((ROOT / "tests/data/compose_spec/compose-spec.json").read_text())
    wrong = compose_file()
    wrong["services"]["web"]["helthcheck"] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(wrong)


def test_there_are_the_services_of_production_and_no_more() -> None:
    assert set(SERVICES) == {"postgres", "valkey", *OURS, "proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_an_ordinary_user_that_can_change_nothing(name: str) -> None:
    service = SERVICES[name]
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    limits = service["deploy"]["resources"]["limits"]
    assert limits["cpus"]
    assert limits["memory"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_a_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    networks = compose_file()["networks"]
    assert networks["data"]["internal"]
    assert networks["front"]["internal"]
    assert "data" not in SERVICES["proxy"]["networks"]


def test_every_secret_is_a_file_and_each_process_gets_only_its_own_database_address() -> None:
    defined = compose_file()["secrets"]
    assert all("file" in secret for secret in defined.values())
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(defined)
    for name, address in (("web", "web"), ("worker", "worker"), ("beat", "worker"), ("migrate", "owner")):
        urls = [secret for secret in SERVICES[name]["secrets"] if secret.startswith("database_")]
        assert urls == [f"database_{address}_url"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_environment_value_is_itself_a_secret(name: str) -> None:
    for key in SERVICES[name].get("environment", {}):
        if any(word in key for word in ("PASSWORD", "SECRET", "KEY", "DATABASE_URL", "REDIS_URL")):
            assert key.endswith("_FILE")


def test_postgresql_logs_no_row_and_ends_hung_transactions() -> None:
    command = SERVICES["postgres"]["command"]
    assert "log_min_error_statement=panic" in command
    assert "log_error_verbosity=terse" in command
    assert any(part.startswith("idle_in_transaction_session_timeout=") for part in command)


def test_there_is_one_beat_and_no_worker_is_one_too() -> None:
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    assert not {"-B", "--beat"} & set(SERVICES["worker"]["command"])


def test_valkey_keeps_everything_it_is_told(tmp_path: Path) -> None:
    lines = (ROOT / "deploy/valkey/valkey.conf").read_text().splitlines()
    assert "maxmemory-policy noeviction" in lines
    assert "appendonly yes" in lines


def test_a_variable_that_must_be_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="SITE_URL is required"):
        interpolated(SERVICES["web"]["environment"]["SITE_URL"], {})


def test_the_image_runs_as_an_ordinary_user_from_the_lock_and_the_compose_file_agrees() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "uv sync --frozen" in text
    assert "\nUSER 10001:10001\n" in text
    assert SERVICES["web"]["user"] == "10001:10001"
    assert "HEALTHCHECK" in text
    command = json.loads("[" + text.rsplit("CMD [", 1)[1].replace("\\\n", " "))
    assert command == SERVICES["web"]["command"]


def test_what_the_image_copies_exists_and_is_let_through() -> None:
    copied = {
        part.removeprefix("./")
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for part in line.split()[1:-1]
    }
    let_through = set((ROOT / ".dockerignore").read_text().split("!")[1:])
    assert copied == {line.split()[0] for line in let_through}
    assert all((ROOT / name).exists() for name in copied)


# --- Running ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Service]]:
    """Give the compose file's own services, on a database and a broker of their own, migrated."""
    folder = tmp_path_factory.mktemp("compose")
    broker = start_valkey(folder / "valkey")
    database = f"compose_{os.getpid()}"
    create_roles(os.environ["TEST_POSTGRES"], database)
    port = free_port()
    paths = {
        "/run/secrets": str(folder),
        "/var/lib/safeguard": str(folder / "data"),
        "--host=0.0.0.0": "--host=127.0.0.1",
        "--port=8000": f"--port={port}",
    }
    _write_secrets(folder, broker.url, database)
    found = {name: Service(name, paths, OUTSIDE) for name in OURS}
    migration = found["migrate"].run(folder / "migrate.log")
    assert migration.wait(timeout=400) == 0, (folder / "migrate.log").read_text()
    yield found
    broker.stop()
    with psycopg.connect(os.environ["TEST_POSTGRES"], autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def _write_secrets(folder: Path, broker: str, database: str) -> None:
    place = f"/{database}?host={os.environ['TEST_POSTGRES_SOCKET']}"
    values = {
        "secret_key": "k3Y-" * 3 + os.urandom(40).hex(),
        "encryption_keyset": new_keyset(),
        "audit_signing_key": generate(),
        "redis_url": broker,
        "email_password": "",
        "database_owner_url": f"postgresql://{OWNER_ROLE}@{place}",
        "database_web_url": f"postgresql://{WEB_ROLE}@{place}",
        "database_worker_url": f"postgresql://{WORKER_ROLE}@{place}",
    }
    for name, value in values.items():
        (folder / name).write_text(value)


def test_the_web_of_the_compose_file_runs_here_and_its_health_check_knows_it(
    services: dict[str, Service], tmp_path: Path
) -> None:
    web = services["web"]
    assert not web.is_healthy()
    process = web.run(tmp_path / "web.log")
    try:
        assert wait_until(web.is_healthy), (tmp_path / "web.log").read_text()
    finally:
        assert stop(process) == 0
    assert not web.is_healthy()
    lines = (tmp_path / "web.log").read_text().splitlines()
    assert not [line for line in lines if "127.0.0.1" in line and "GET" in line]


def test_the_worker_and_the_beat_of_the_compose_file_run_here_and_do_their_work(
    services: dict[str, Service], tmp_path: Path
) -> None:
    worker, beat = services["worker"], services["beat"]
    assert not beat.is_healthy()
    processes = [worker.run(tmp_path / "worker.log"), beat.run(tmp_path / "beat.log")]
    try:
        assert wait_until(beat.is_healthy), (tmp_path / "beat.log").read_text()
        assert wait_until(worker.is_healthy), (tmp_path / "worker.log").read_text()
        assert wait_until(lambda: _attempts_to_send(services) > 0), (tmp_path / "worker.log").read_text()
    finally:
        codes = [stop(process) for process in processes]
    assert codes == [0, 0]
    assert not worker.is_healthy()


def _attempts_to_send(services: dict[str, Service]) -> int:
    """Queue one message, once, and return how often the worker has tried to send it."""
    environment = services["worker"].environment
    with psycopg.connect(Path(environment["DATABASE_URL_FILE"]).read_text(), autocommit=True) as database:
        database.execute(
            "INSERT INTO notifications_outboxmessage "
            " (uuid, dedupe_key, kind, address, subject, body, attempts, last_error, is_secret)"
            " VALUES (gen_random_uuid(), 'trial', 'trial', 'nobody@localhost', 'Trial', 'Trial', 0, '', false)"
            " ON CONFLICT DO NOTHING"
        )
        found = database.execute("SELECT max(attempts) FROM notifications_outboxmessage").fetchone()
    return int(found[0]) if found else 0


def test_the_web_of_the_compose_file_says_that_it_is_not_ready_without_its_database(
    services: dict[str, Service], tmp_path: Path
) -> None:
    web = services["web"]
    # First, since the folder's own entry would replace the beginning of this path.
    away = Service("web", {"/run/secrets/database_web_url": str(tmp_path / "away"), **web.paths}, web.outside)
    (tmp_path / "away").write_text("postgresql://app_web@/none?host=/nonexistent")
    process = away.run(tmp_path / "web.log")
    try:
        assert wait_until(lambda: "Started server process" in (tmp_path / "web.log").read_text())
        assert not away.is_healthy()
        assert wait_until(lambda: "error connecting" in (tmp_path / "web.log").read_text())
    finally:
        stop(process)


# --- PostgreSQL's first start ------------------------------------------------------------------------


def test_the_committed_roles_script_is_what_the_command_prints() -> None:
    out = StringIO()
    call_command("database_roles", stdout=out)
    assert (ROOT / "deploy/postgres/10-roles.sql").read_text() == out.getvalue()


def test_the_first_start_makes_roles_that_sign_in_by_the_passwords_of_the_secrets(tmp_path: Path) -> None:
    cluster = start_postgres(tmp_path / "cluster", durable=False)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for role in ("owner", "web", "worker", "backup"):
        (secrets / f"{role}_password").write_text(f"pass'word-of-{role}\n")
    try:
        _first_start(cluster.socket_dir, secrets, tmp_path)
        _first_start(cluster.socket_dir, secrets, tmp_path)  # safe to run again
        with psycopg.connect(cluster.superuser_url("safeguard")) as admin:
            found = admin.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid"
                " WHERE rolname LIKE 'app_%' ORDER BY rolname"
            ).fetchall()
            owner = admin.execute(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'safeguard'"
            ).fetchone()
    finally:
        cluster.stop()
    assert found == [
        ("app_backup", False, True, True),
        ("app_owner", False, False, True),
        ("app_web", False, False, True),
        ("app_worker", False, False, True),
    ]
    assert owner == ("app_owner",)


def _first_start(host: Path, secrets: Path, folder: Path) -> None:
    """Run the scripts that PostgreSQL's image runs on a new data directory, by the psql of the tests' server."""
    psql = find_programs(None).folder / "psql"
    environment = {
        "PATH": f"{psql.parent}:{os.environ['PATH']}",
        "PGHOST": str(host),
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "safeguard",
    }
    script = ROOT / "deploy/postgres/10-roles.sql"
    subprocess.run([psql, "-q", "-U", "postgres", "-d", "postgres", "-f", script], env=environment, check=True)
    text = (ROOT / "deploy/postgres/20-passwords.sh").read_text().replace("/run/secrets", str(secrets))
    (folder / "passwords.sh").write_text(text)
    subprocess.run(["sh", folder / "passwords.sh"], env=environment, check=True)
