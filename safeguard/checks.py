"""Deploy-time system checks: ``manage.py check --deploy --database default``."""

from collections.abc import Sequence
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's own name)
from django.db import DatabaseError, connections, transaction
from redis.exceptions import RedisError

from agencies.models import Agency, PracticeProfile, Timescale

ROLE_SQL = """
    SELECT rolsuper OR rolbypassrls,
           EXISTS (SELECT FROM pg_class
                   WHERE relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'USAGE'))
    FROM pg_roles WHERE rolname = current_user
"""


@register(Tags.security, deploy=True)
def second_factor_is_required(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse an installation that lets people in with a password alone."""
    if settings.MFA_REQUIRED:
        return []
    return [Error("MFA_REQUIRED is off.", hint="Use safeguard.settings.production.", id="safeguard.E001")]


@register(Tags.security, deploy=True)
def api_has_no_basic_authentication(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse HTTP basic authentication: it would pass the second factor by."""
    classes: Any = settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"]
    if not any(name.endswith("BasicAuthentication") for name in classes):
        return []
    return [Error("The API accepts HTTP basic authentication.", hint="Remove it.", id="safeguard.E002")]


@register(Tags.database, deploy=True)
def database_role_is_bound_by_row_security(
    databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Refuse a role that owns the tables or passes by row-level security. Silent while the database is away."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute(ROLE_SQL)
                bypasses, owns = cursor.fetchone() or (False, False)
        except DatabaseError as error:
            found.append(Warning(f"The database did not answer: {type(error).__name__}.", id="safeguard.W003"))
            continue
        if bypasses or owns:
            found.append(_role_error())
    return found


def _role_error() -> CheckMessage:
    return Error(
        "DATABASE_URL names a role that row-level security does not bind (owner, superuser or BYPASSRLS).",
        hint="Connect as app_web or app_worker: see docs/adr/0002-database-roles.md.",
        id="safeguard.E003",
    )


@register(Tags.caches, deploy=True)
def cache_does_not_evict(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a cache that drops keys when it is full: used codes and rate limits would be forgotten."""
    try:
        with redis.from_url(settings.REDIS_URL, socket_connect_timeout=2) as server:
            policy = server.info("memory")["maxmemory_policy"]
    except RedisError as error:
        return [Warning(f"The cache did not answer: {type(error).__name__}.", id="safeguard.W004")]
    if policy == "noeviction":
        return []
    return [Error(f"The cache evicts keys ({policy}).", hint="Set maxmemory-policy noeviction.", id="safeguard.E004")]


@register(deploy=True)
def beat_runs_once(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a scheduler that two beats could run side by side."""
    if settings.CELERY_BEAT_SCHEDULER == "safeguard.beat:OneBeat":
        return []
    return [Error("Two beats would both tick.", hint="Use safeguard.beat:OneBeat.", id="safeguard.E005")]


@register(Tags.database, deploy=True)
def steps_without_delay_have_an_interval(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Name each step without delay that nobody has said how soon to chase, once there are agencies to work by it.

    Silent without ``--database default``, and while the database is away or has no tables yet.
    """
    if "default" not in (databases or ()):
        return []
    try:
        with transaction.atomic():
            profile = PracticeProfile.objects.current() if Agency.objects.exists() else None
            timescales = list(profile.timescales.all()) if profile else []
    except DatabaseError:
        return []
    return [_no_interval(each) for each in timescales if each.needs_interval]


def _no_interval(timescale: Timescale) -> CheckMessage:
    return Warning(
        f"{timescale.code} ({timescale.action}) is due without delay, and nobody has said how soon it is chased.",
        hint="An administrator sets the interval on the page “Practice profile”. Until then it is due at once.",
        id="safeguard.W006",
    )
