"""Settings for the tests: real services of their own, quick hashing, warnings as errors."""

from safeguard.settings.base import *
from safeguard.settings.base import STORAGES

DEMO = True
MFA_REQUIRED = False
SECRET_KEY = "test-only"  # noqa: S105  (protects nothing)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
SERVESTATIC_USE_FINDERS = True
STYLE_GUIDE = True
PRACTICE_PROFILE_BY_MIGRATE = False  # a test loads the profile where it needs one
