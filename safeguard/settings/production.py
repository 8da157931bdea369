"""Settings for real use behind a TLS reverse proxy. Refuses to start on a default or missing secret."""

from safeguard.settings.base import *
from safeguard.settings.base import DATABASES, LOGGING
from safeguard.settings.env import env
from safeguard.settings.required import refuse_incomplete

refuse_incomplete()

DEBUG = False
DEMO = False
STYLE_GUIDE = False
MFA_REQUIRED = True

# --- Database -------------------------------------------------------------------------------------
# psycopg's pool keeps connections; Django's own persistence must then be off. Time limits are
# settings of the database roles, so that migrations are not cut short.

DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL_SIZE", default=10),
    "timeout": 10,  # seconds to wait for a free connection before the request fails
}

# --- TLS ends at the proxy, which overwrites X-Forwarded-Proto and X-Real-IP ------------------------

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
TRUST_PROXY_ADDRESS = env.bool("TRUST_PROXY_ADDRESS", default=True)
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True

# --- Cookies: the __Host- prefix makes browsers refuse one that is not Secure, or set for a parent domain

SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True

# --- Logging: one JSON object a line -----------------------------------------------------------------

LOGGING["formatters"]["line"] = {"()": "safeguard.common.logs.JsonFormatter"}
