"""Settings that every environment shares, one concern per section.

Every secret comes from the environment: ``NAME`` holds the value, or ``NAME_FILE`` names a file that
holds it (as container secrets do). ``production.py`` refuses to start on a default or missing one.
"""

from pathlib import Path
from typing import Any

import pghistory
from django.db import models

from safeguard.settings import beat
from safeguard.settings.env import INSECURE_AUDIT_KEY, INSECURE_KEYSET, database, env, secret, secrets_named

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- Core -----------------------------------------------------------------------------------------

DEBUG = False
SECRET_KEY = secret("SECRET_KEY", default="insecure-local-only")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ROOT_URLCONF = "safeguard.urls"
ASGI_APPLICATION = "safeguard.asgi.application"
WSGI_APPLICATION = "safeguard.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SAFEGUARD_DATA_DIR = Path(env.str("SAFEGUARD_DATA_DIR", default=str(BASE_DIR / ".data")))
# The public address of this installation, for links in e-mails; never taken from a request's Host.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
# How long an untouched draft of a referral is kept, and how long before its writer is warned.
REFERRAL_DRAFT_DAYS = env.int("REFERRAL_DRAFT_DAYS", default=28)
REFERRAL_DRAFT_WARNING_DAYS = env.int("REFERRAL_DRAFT_WARNING_DAYS", default=7)
SAFE_EXIT_URL = env.str("SAFE_EXIT_URL", default="https://www.bbc.co.uk/weather")  # "Leave this site" leads there

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "safeguard.apps.SafeguardConfig",  # first: its `migrate` command replaces Django's
    "safeguard.common",
    "safeguard.audit",
    "safeguard.notifications",
    "agencies",
    "cases",
    "referrals",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "guardian",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "safeguard.common.middleware.headers.SecurityHeadersMiddleware",
    "safeguard.common.middleware.request_id.RequestIdMiddleware",
    "safeguard.common.middleware.request_size.RequestSizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "agencies.sign_in.session_limits.SessionLimitsMiddleware",
    # One transaction a request, with the acted-for membership and the row-security settings inside it.
    "agencies.middleware.ActingMiddleware",
    "agencies.sign_in.middleware.SignedInMiddleware",
    "agencies.sign_in.middleware.SecondFactorMiddleware",
    "agencies.sign_in.middleware.MemberMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "agencies.once.OnceMiddleware",  # last: it must know what the view itself answered
]

# --- Templates and forms --------------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "agencies.context_processors.shell",
                "safeguard.notifications.context_processors.inbox",
            ],
        },
    }
]
FORM_RENDERER = "safeguard.common.forms.renderer.GovukRenderer"

# --- Database -------------------------------------------------------------------------------------
# The web connects as `app_web`, the worker as `app_worker`, migrations as `app_owner`: whichever
# role DATABASE_URL names. See docs/adr/0002-database-roles.md.

DATABASES = {"default": database("DATABASE_URL")}
DATABASE_OWNER_URL = secret("DATABASE_OWNER_URL", default="")

# Grants are guardian's tables, asked by our own access engine: the backend is a subclass of guardian's.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# Field history: triggers write every insert, update and delete, with who and which request from the
# row-security settings. The application's roles may not read or write it.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_constraint=False, on_delete=models.DO_NOTHING)
# No index on what an old row pointed to: history is read by object and time.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(related_name="+", related_query_name="+", db_index=False)
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"

# --- Cache, sessions, broker ----------------------------------------------------------------------
# One shared cache: rate limits and TOTP replay protection must hold across processes.

REDIS_URL = secret("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "safeguard",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "safeguard.common.sessions.EncryptedSerializer"
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "safeguard.beat:OneBeat"
CELERY_BEAT_SCHEDULE = beat.SCHEDULE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Intervals only: a crontab schedule skips or repeats on daylight-saving nights.

# --- People and sign-in ---------------------------------------------------------------------------

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "cases.backends.CasePermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 60 * 60
ANONYMOUS_USER_NAME = None  # guardian: no anonymous row
GUARDIAN_RAISE_403 = False
GUARDIAN_RENDER_403 = False

# A session ends after this long without a request, and always after twelve hours.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_WARNING_SECONDS = 2 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60
# Sensitive steps ask for the person's factors again when they are older than this.
FRESH_FACTOR_SECONDS = 5 * 60
# Encrypts authenticator secrets. The default protects nothing: production refuses it.
ENCRYPTION_KEYSET = secret("ENCRYPTION_KEYSET", default=INSECURE_KEYSET)

ACCOUNT_ADAPTER = "agencies.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True  # a link would forbid people with a second factor to change it
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.partition(":")[0]
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# A whole agency may share one address, so limits by address are wide; `login_failed` counts by account
# AND address (see AccountAdapter), or five wrong passwords from anywhere would lock out a duty worker.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/10m/ip,5/5m/key",
    "reset_password": "60/m/ip,3/10m/key",
    "reset_password_from_key": "60/m/ip",
    "confirm_email": "3/m/key",
}
ACCOUNT_FORMS = {
    "login": "agencies.sign_in.forms.LoginForm",
    "add_email": "agencies.sign_in.forms.ChangeEmailForm",
    "change_password": "agencies.sign_in.forms.ChangePasswordForm",
    "set_password": "agencies.sign_in.forms.SetPasswordForm",
    "reset_password": "agencies.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "agencies.sign_in.forms.ResetPasswordKeyForm",
    "reauthenticate": "agencies.sign_in.forms.ReauthenticateForm",
    "confirm_email_verification_code": "agencies.sign_in.forms.ConfirmEmailForm",
}
MFA_ADAPTER = "agencies.sign_in.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Safeguard"
MFA_TOTP_TOLERANCE = 1  # our forms refuse a code's second use for as long as this makes it valid
MFA_RATE_LIMITS = {"webauthn_login": "100/m/ip"}
MFA_FORMS = {
    "authenticate": "agencies.sign_in.forms.AuthenticateForm",
    "reauthenticate": "agencies.sign_in.forms.ReauthenticateByCodeForm",
    "activate_totp": "agencies.sign_in.forms.ActivateTotpForm",
    "add_webauthn": "agencies.sign_in.forms.AddPasskeyForm",
    "edit_webauthn": "agencies.sign_in.forms.RenamePasskeyForm",
    "authenticate_webauthn": "agencies.sign_in.forms.AuthenticateByPasskeyForm",
    "login_webauthn": "agencies.sign_in.forms.LoginByPasskeyForm",
    "reauthenticate_webauthn": "agencies.sign_in.forms.ReauthenticateByPasskeyForm",
}
# An agency's provider: its client secret by provider id, so that the database and its backups hold none.
# SINGLE_SIGN_ON_SECRET_NORTHSHIRE_COUNCIL is that of `northshire-council`.
SINGLE_SIGN_ON_SECRETS = secrets_named("SINGLE_SIGN_ON_SECRET_")
SOCIALACCOUNT_ADAPTER = "agencies.sign_in.single_sign_on.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A form that is posted and then redirected to the provider is stopped by `form-action 'self'`.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "AUTH_PARAMS": {"max_age": SESSION_COOKIE_AGE}}
}

# --- Web security ---------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
X_FRAME_OPTIONS = "DENY"
# Believe the X-Real-IP header only behind a proxy that overwrites it.
TRUST_PROXY_ADDRESS = env.bool("TRUST_PROXY_ADDRESS", default=False)
SECURE_REFERRER_POLICY = "same-origin"  # `no-referrer` would break the CSRF origin check
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie would carry the text
CSRF_FAILURE_VIEW = "safeguard.views.csrf_failure"

# --- Files ----------------------------------------------------------------------------------------
# What people send, cleaned and encrypted: a folder that web and worker share, outside of what is served.
# CLAMD is where the virus scanner listens: unix:/path/to/socket or tcp:host:port. Empty: nothing is scanned.

FILES_DIR = Path(env.str("FILES_DIR", default=str(SAFEGUARD_DATA_DIR / "files")))
CLAMD = env.str("CLAMD", default="")
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# --- Audit ----------------------------------------------------------------------------------------
# Signs the sealed batches; `manage.py new_audit_key` makes one. Keys that were replaced stay trusted by
# their public half. The head file belongs on another disk than the database's, and into the backup.

AUDIT_SIGNING_KEY = secret("AUDIT_SIGNING_KEY", default=INSECURE_AUDIT_KEY)
AUDIT_TRUSTED_KEYS: list[str] = env.list("AUDIT_TRUSTED_KEYS", default=[])
AUDIT_HEAD_FILE = Path(env.str("AUDIT_HEAD_FILE", default=str(SAFEGUARD_DATA_DIR / "audit" / "heads.jsonl")))

# --- E-mail ---------------------------------------------------------------------------------------

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = secret("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = secret("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Safeguard <safeguard@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Instead of the mail server a provider's web service may take e-mails, and one takes SMS: each gets a message as
# JSON (to, subject, text, id) with the header Idempotency-Key, and must deliver each key once.
EMAIL_PROVIDER_URL = env.str("EMAIL_PROVIDER_URL", default="")
EMAIL_PROVIDER_TOKEN = secret("EMAIL_PROVIDER_TOKEN", default="")
SMS_URL = env.str("SMS_URL", default="")
SMS_TOKEN = secret("SMS_TOKEN", default="")
# The text of a message is emptied this long after it was sent or given up; one with a one-time link, when sent.
OUTBOX_BODY_DAYS = env.int("OUTBOX_BODY_DAYS", default=7)

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/London")
FORMAT_MODULE_PATH = ["safeguard.common.formats"]

# --- Static files ---------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "safeguard" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}

# --- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # BasicAuthentication would bypass the second factor.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agencies.api.authentication.TokenAuthentication",
        "agencies.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["agencies.api.permissions.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["agencies.api.throttles.PerReader"],
    "DEFAULT_THROTTLE_RATES": {"reader": "300/min", "failures": "60/min", "calendar": "60/hour"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "agencies.api.problems.problem",
    "URL_FORMAT_OVERRIDE": None,
}
# `make openapi` writes docs/openapi.yaml anew.
SPECTACULAR_SETTINGS = {
    "TITLE": "Safeguard",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Cases and children for programs. See docs/api.md.",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"KnownEnum": "cases.codes.Known"},
}

# --- Logging --------------------------------------------------------------------------------------
# No personal data: ids only, and exception text is scrubbed of the row that PostgreSQL quotes.

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "safeguard.common.logs.ScrubPersonalData"}},
    "formatters": {
        "line": {"()": "safeguard.common.logs.ScrubbedFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["scrub"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django and Celery would otherwise print through handlers of their own, which scrub nothing.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "celery.task": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # A line for every wake-up of every second would bury what matters; failures are errors and stay.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # uvicorn sets its own handlers before Django starts: its lines take the scrubbed way too.
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.error": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": True, "level": "WARNING"},
    },
}

# --- What kind of installation this is ------------------------------------------------------------

DEMO = False  # shows the banner that says that everything here is fictional
MFA_REQUIRED = True
STYLE_GUIDE = False

# --- Practice -------------------------------------------------------------------------------------
# Whose timescales hold here: the name of a practice profile (agencies/profiles), loaded by
# `manage.py load_profile`, and by `migrate` while there is none.

PRACTICE_PROFILE = env.str("PRACTICE_PROFILE", default="england")
PRACTICE_PROFILE_BY_MIGRATE = True
