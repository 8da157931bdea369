"""Production: what it refuses to start on, and what it holds when it runs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import environ
import pytest
import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import ConnectionHandler

from agencies.actions.practice import LocalPeriod, change_timescale
from agencies.models import PracticeProfile
from safeguard import checks
from safeguard.common.row_security import OWNER_ROLE
from safeguard.common.services.valkey import start_valkey
from safeguard.settings import required
from safeguard.settings.env import INSECURE_AUDIT_KEY, INSECURE_KEYSET
from tests.conftest import Person
from tests.factories import load_england
from tests.production import HOST, manage, production_environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def environment() -> dict[str, str]:
    return production_environment(settings.DATABASES["default"]["NAME"])


def asked(environment: dict[str, str], *names: str) -> dict[str, Any]:
    """Return the values that production settings give ``names``, from a process of their own."""
    program = f"import json; from django.conf import settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    answer = manage("shell", "--verbosity=0", "--command", program, environment=environment)
    assert answer.returncode == 0, answer.stderr
    return dict(zip(names, json.loads(answer.stdout), strict=True))


# --- What production refuses ------------------------------------------------------------------------


@pytest.mark.parametrize("name", required.HOW)
def test_production_does_not_start_without_a_secret_and_says_which_and_what_to_do(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.delenv(name)
    (sentence,) = required.problems()
    assert sentence.startswith(f"{name} is not set.")
    assert sentence.endswith(f"set {name}, or {name}_FILE to a file that holds it.")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "insecure-local-only", "SECRET_KEY is too short: it has 19 characters and needs at least 50"),
        ("SECRET_KEY", "django-insecure-" + "aB3$xY9!" * 8, "SECRET_KEY is a default or an example"),
        ("SECRET_KEY", "ab" * 40, "SECRET_KEY is a default or an example"),
        ("ENCRYPTION_KEYSET", "short", "ENCRYPTION_KEYSET is too short"),
        ("ENCRYPTION_KEYSET", INSECURE_KEYSET, "ENCRYPTION_KEYSET is a default or an example"),
        ("AUDIT_SIGNING_KEY", INSECURE_AUDIT_KEY, "AUDIT_SIGNING_KEY is a default or an example"),
        ("AUDIT_SIGNING_KEY", "c2hvcnQ=", "AUDIT_SIGNING_KEY is too short"),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "DATABASE_URL is not an address that starts with postgresql://"),
        ("REDIS_URL", "locmem://", "REDIS_URL is not an address that starts with redis://"),
        ("SITE_URL", "http://safeguard.example.org", "SITE_URL is not an https address"),
        ("SITE_URL", "", "SITE_URL is not an https address"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS is not set or allows every host"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is not set or allows every host"),
    ],
)
def test_production_names_a_default_or_weak_setting(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    for key, given in environment.items():
        monkeypatch.setenv(key, given)
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match="Safeguard did not start") as refusal:
        required.refuse_incomplete()
    assert sentence in str(refusal.value)
    assert str(refusal.value).count("\n- ") == 1


def test_every_missing_setting_is_named_at_once() -> None:
    bare = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "safeguard.settings.production"}
    answer = manage("check", environment=bare)
    assert answer.returncode != 0
    for name in (*required.HOW, "SITE_URL", "ALLOWED_HOSTS"):
        assert f"- {name} is not" in answer.stderr


def test_a_refusal_never_repeats_the_secret(environment: dict[str, str]) -> None:
    environment["SECRET_KEY"] = "hunter2-hunter2"
    assert "hunter2" not in manage("check", environment=environment).stderr


def test_every_secret_may_come_from_a_file(environment: dict[str, str], tmp_path: Path) -> None:
    for name in required.HOW:
        (tmp_path / name).write_text(environment.pop(name) + "\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    assert manage("check", environment=environment).returncode == 0


def test_a_secret_file_that_is_absent_is_named(environment: dict[str, str]) -> None:
    environment["REDIS_URL_FILE"] = "/nonexistent/redis_url"
    answer = manage("check", environment=environment)
    assert "REDIS_URL_FILE names a file that cannot be read: No such file or directory" in answer.stderr


# --- What production holds --------------------------------------------------------------------------


def test_the_deployment_checks_are_clean(environment: dict[str, str]) -> None:
    answer = manage("check", "--deploy", "--fail-level", "WARNING", "--database", "default", environment=environment)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


def test_cookies_transport_and_storage_are_those_of_production(environment: dict[str, str]) -> None:
    names = {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_DOMAIN": None,
        "SECURE_HSTS_SECONDS": 63072000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "TRUST_PROXY_ADDRESS": True,
        "DEBUG": False,
        "DEMO": False,
        "STYLE_GUIDE": False,
        "MFA_REQUIRED": True,
    }
    found = asked(environment, *names)
    assert found == names


def test_production_serves_hashed_files_and_pools_its_connections(environment: dict[str, str]) -> None:
    found = asked(environment, "STORAGES", "DATABASES")
    assert found["STORAGES"]["staticfiles"]["BACKEND"] == "servestatic.storage.CompressedManifestStaticFilesStorage"
    assert found["DATABASES"]["default"]["OPTIONS"]["pool"]["max_size"] == 10
    assert found["DATABASES"]["default"]["CONN_MAX_AGE"] == 0


def test_there_is_no_admin_no_style_guide_and_no_demo_mail_in_production(environment: dict[str, str]) -> None:
    program = (
        "from django.urls import get_resolver\n"
        "def walk(patterns, before=''):\n"
        "    for p in patterns:\n"
        "        here = before + str(p.pattern)\n"
        "        print(here)\n"
        "        walk(getattr(p, 'url_patterns', []), here)\n"
        "walk(get_resolver().url_patterns)"
    )
    answer = manage("shell", "--verbosity=0", "--command", program, environment=environment)
    assert answer.returncode == 0, answer.stderr
    addresses = answer.stdout.splitlines()
    assert "health/ready" in addresses
    assert not [each for each in addresses if each.startswith(("admin", "demo", "style", "mail"))]


def test_the_api_takes_no_password(environment: dict[str, str]) -> None:
    classes = asked(environment, "REST_FRAMEWORK")["REST_FRAMEWORK"]["DEFAULT_AUTHENTICATION_CLASSES"]
    assert not [name for name in classes if "Basic" in name]


# --- Deploy-time checks -----------------------------------------------------------------------------


def deployment_check(environment: dict[str, str]) -> str:
    answer = manage("check", "--deploy", "--fail-level", "WARNING", "--database", "default", environment=environment)
    assert answer.returncode != 0
    return answer.stderr


def test_a_web_that_connects_as_the_owner_of_the_tables_is_refused() -> None:
    environment = production_environment(settings.DATABASES["default"]["NAME"], role=OWNER_ROLE)
    assert "safeguard.E003" in deployment_check(environment)


def test_a_web_that_connects_as_superuser_is_refused(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = os.environ["TEST_POSTGRES"]
    assert "safeguard.E003" in deployment_check(environment)


def test_a_database_that_is_away_is_said_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    away = environ.Env.db_url_config("postgresql://app_web:hidden-word@/none?host=/nonexistent")
    monkeypatch.setattr(checks, "connections", ConnectionHandler({"default": away}))
    (said,) = checks.database_role_is_bound_by_row_security(databases=["default"])
    assert said.id == "safeguard.W003"
    assert "OperationalError" in said.msg
    assert "hidden-word" not in str(said)


def test_a_cache_that_evicts_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    try:
        with redis.from_url(server.url) as client:
            client.config_set("maxmemory-policy", "allkeys-lru")
        environment["REDIS_URL"] = server.url
        assert "safeguard.E004" in deployment_check(environment)
    finally:
        server.stop()


def test_a_cache_that_is_away_is_said(environment: dict[str, str]) -> None:
    environment["REDIS_URL"] = "unix:///nonexistent/valkey.sock"
    assert "safeguard.W004" in deployment_check(environment)


def test_each_step_without_delay_that_has_no_interval_is_named_until_somebody_sets_one(adam: Person) -> None:
    assert checks.steps_without_delay_have_an_interval(databases=["default"]) == [], "no profile is loaded"
    load_england()
    said = checks.steps_without_delay_have_an_interval(databases=["default"])
    waiting = [each for each in PracticeProfile.objects.get().timescales.all() if each.needs_interval]
    assert len(waiting) > 1
    assert [each.msg.partition(" ")[0] for each in said] == [each.code for each in waiting]
    assert {each.id for each in said} == {"safeguard.W006"}

    change_timescale(waiting[0].code, LocalPeriod(chase_hours=4), reason="Agreed", by=adam.by)
    after = checks.steps_without_delay_have_an_interval(databases=["default"])
    assert [each.msg for each in after] == [each.msg for each in said[1:]]
    assert checks.steps_without_delay_have_an_interval() == [], "the database is not to be asked"


# --- Secrets and roles ------------------------------------------------------------------------------


def test_new_secrets_fill_what_production_asks_for(tmp_path: Path) -> None:
    local = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "safeguard.settings.local"}
    folder = tmp_path / "secrets"
    assert manage("new_secrets", str(folder), environment=local).returncode == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    files = {
        "SECRET_KEY": "secret_key",
        "ENCRYPTION_KEYSET": "encryption_keyset",
        "AUDIT_SIGNING_KEY": "audit_signing_key",
        "REDIS_URL": "redis_url",
        "DATABASE_URL": "database_web_url",
    }
    production = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.production",
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        **{f"{name}_FILE": str(folder / file) for name, file in files.items()},
    }
    assert manage("check", environment=production).returncode == 0


def test_new_secrets_overwrite_nothing(tmp_path: Path) -> None:
    local = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "safeguard.settings.local"}
    (tmp_path / "secret_key").write_text("kept")
    answer = manage("new_secrets", str(tmp_path), environment=local)
    assert answer.returncode != 0
    assert "nothing was written" in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").read_text() == "kept"


def test_the_tests_run_as_a_role_that_row_security_binds() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("app_web", False, False)


# --- Logs -------------------------------------------------------------------------------------------


def test_production_logs_one_json_object_a_line_without_e_mail_addresses(environment: dict[str, str]) -> None:
    program = (
        "import logging\n"
        "log = logging.getLogger('safeguard.trial')\n"
        "try:\n"
        "    raise ValueError('Key broken\\nDETAIL:  Key (name)=(Daisy Dale) exists.')\n"
        "except ValueError:\n"
        "    log.exception('Mail to %s failed', 'daisy@oakfield.example')\n"
    )
    answer = manage("shell", "--verbosity=0", "--command", program, environment=environment)
    (line,) = answer.stderr.splitlines()
    record = json.loads(line)
    assert record["level"] == "ERROR"
    assert "Mail to <e-mail> failed" in record["message"]
    assert "ValueError" in record["exception"]
    assert "Daisy" not in line
    assert "oakfield" not in line


def test_settings_for_production_are_what_a_bare_asgi_process_takes() -> None:
    program = "import os, safeguard.asgi"
    bare = {"PATH": os.environ["PATH"]}
    answer = subprocess.run([sys.executable, "-c", program], env=bare, capture_output=True, text=True, check=False)
    assert "Safeguard did not start." in answer.stderr
