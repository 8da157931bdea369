"""Settings for the demo and for development: no TLS, e-mails to files, the second factor optional."""

from safeguard.settings.base import *
from safeguard.settings.base import SAFEGUARD_DATA_DIR, STORAGES
from safeguard.settings.env import env

DEBUG = env.bool("DEBUG", default=False)
DEMO = True
MFA_REQUIRED = False
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
SERVESTATIC_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = env.str("EMAIL_FILE_DIR", default=str(SAFEGUARD_DATA_DIR / "mail"))
