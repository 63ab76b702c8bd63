"""All settings, from the environment. `docs/reference/settings.md` lists every one of them."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from bothways.config.databases import database

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BOTHWAYS_VAR", PACKAGE.parent.parent / "var"))


def env(name: str, default: str = "") -> str:
    return os.environ.get(f"BOTHWAYS_{name}", default)


def env_flag(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def secret(name: str, file: str, *, needed: bool = True) -> str:
    """A secret from the environment, else from its file under `var/` (made by `bothways serve-all`)."""
    value = env(name)
    path = VAR / file
    if not value and path.exists():
        value = path.read_text().strip()
    if needed and not value:
        raise ImproperlyConfigured(f"Set BOTHWAYS_{name}, or start with ./dev run, which makes {path.name}.")
    return value


DEBUG = env_flag("DEBUG")
DEMO = env_flag("DEMO")
SECRET_KEY = secret("SECRET_KEY", "secret.key")
# The key that wraps every person's key: 32 bytes, base64.
MASTER_KEY = base64.b64decode(secret("MASTER_KEY", "master.key"))
# Also accepted while people's keys are being wrapped anew; empty at any other time.
MASTER_KEY_OLD = base64.b64decode(secret("MASTER_KEY_OLD", "master.key.old", needed=False))
# Random ids of people who left. Best on a disk that is lost apart from both databases.
DEPARTURES = Path(env("DEPARTURES", str(VAR / "departures")))
# A copy of every published release. What is out stays as it was, also when an older backup is put back.
PUBLISHED = Path(env("PUBLISHED", str(VAR / "published")))
SITE_URL = env("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
HTTPS = SITE_URL.startswith("https://")
# Only these are answered: a made-up Host header would otherwise end up in the links of letters.
ALLOWED_HOSTS = [
    host
    for host in env("HOSTS", ",".join([*LOCAL_HOSTS, urlsplit(SITE_URL).hostname or ""])).split(",")
    if host
]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

INSTALLED_APPS = [
    "bothways.core",
    "bothways.core.keys",
    "bothways.people",
    "bothways.programme",
    "bothways.enrol",
    "bothways.report",
    "bothways.match",
    "bothways.voice",
    "bothways.pair",
    "bothways.meet",
    "bothways.talk",
    "bothways.days",
    "bothways.goals",
    "bothways.help",
    "bothways.gather",
    "bothways.insight",
    "bothways.web",
    "bothways.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "bothways.web.middleware.EvenMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before anything that can refuse a request, so that refusals have the header too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bothways.web.middleware.HeadersMiddleware",
    "bothways.web.middleware.BodyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bothways.core.identity.middleware.ActingMiddleware",
    "bothways.people.middleware.SeenMiddleware",
    "bothways.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bothways.web.middleware.FaultMiddleware",
]

ROOT_URLCONF = "bothways.config.urls"
WSGI_APPLICATION = "bothways.config.wsgi.application"
FORM_RENDERER = "bothways.web.forms.Renderer"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bothways.web.context.site",
            ],
        },
    },
]

# Connections of the owner lower themselves to the role that serves (tests, the demo); see core/walls.
WALLS_LOWER_ROLE = env_flag("LOWER_ROLE")
DATABASES = {"default": database("default"), "keys": database("keys")}
DATABASE_ROUTERS = ["bothways.core.keys.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits must count the same in every process, so the cache is a table too.
# Few entries would let a flood push somebody's limit out of it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "bothways.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_FORM_CLASS = "bothways.people.forms.AdultForm"
ACCOUNT_FORMS = {
    "signup": "bothways.people.forms.SignupForm",
    "request_login_code": "bothways.people.forms.RequestCodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Proxies in front of the server: how many of the addresses in X-Forwarded-For can be believed.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("PROXIES", "1" if env_flag("BEHIND_PROXY") else "0"))
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

SESSION_ENGINE = "bothways.people.session_store"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# With this prefix a browser takes the cookies only over HTTPS, for this very host and the whole site:
# no neighbouring host can plant one.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bothways.web.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS and env_flag("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic")), ("zh-hans", _("Chinese"))]
FORMAT_MODULE_PATH = "bothways.config.formats"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(VAR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60 * 60

EMAIL_BACKEND = env(
    "EMAIL_BACKEND",
    "bothways.people.demo_letters.LetterBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = env("SMTP_HOST", "localhost")
EMAIL_PORT = int(env("SMTP_PORT", "25"))
EMAIL_HOST_USER = env("SMTP_USER")
EMAIL_HOST_PASSWORD = env("SMTP_PASSWORD")
EMAIL_USE_TLS = env_flag("SMTP_TLS")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env("MAIL_FROM", "Bothways <no-reply@localhost>")

# Text messages, through a gateway that speaks the protocol of docs/reference/text-messages.md. Without an
# address there are none; a demo shows them on a page.
SMS_URL = env("SMS_URL")
SMS_TOKEN = env("SMS_TOKEN")
SMS_SECRET = env("SMS_SECRET")
SMS_NUMBER = env("SMS_NUMBER")
SMS_TIMEOUT = 10
if SMS_URL:
    _gateway = urlsplit(SMS_URL)
    if _gateway.scheme != "https" and f"{_gateway.hostname}" not in LOCAL_HOSTS:
        raise ImproperlyConfigured("BOTHWAYS_SMS_URL must begin with https:// (or be on this machine).")
    if len(SMS_TOKEN) < 20 or len(SMS_SECRET) < 32:
        raise ImproperlyConfigured(
            "With BOTHWAYS_SMS_URL set BOTHWAYS_SMS_TOKEN (20 characters) and BOTHWAYS_SMS_SECRET (32)."
        )

# Mail that comes back, to one domain of its own: docs/reference/mail-gateway.md. Without it there are no
# invitations by mail. Those of a demo go to its own page, and without a secret nothing is taken back.
MAIL_DOMAIN = env("MAIL_DOMAIN", "demo.invalid" if DEMO else "")
MAIL_SECRET = env("MAIL_SECRET")
if env("MAIL_DOMAIN") and len(MAIL_SECRET) < 32:
    raise ImproperlyConfigured("With BOTHWAYS_MAIL_DOMAIN set BOTHWAYS_MAIL_SECRET (32 characters or more).")
# Notices in browsers, for who switches them on. The key signs what goes to push services: 32 bytes, base64
# for addresses. Without a key, or without a service, there are none.
PUSH_KEY = secret("PUSH_KEY", "push.key", needed=False)
PUSH_SERVICES = [
    service.strip().lower()
    for service in env(
        "PUSH_SERVICES",
        "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,web.push.apple.com",
    ).split(",")
    if service.strip()
]
PUSH_TIMEOUT = 10
if PUSH_KEY and len(base64.urlsafe_b64decode(PUSH_KEY + "=" * (-len(PUSH_KEY) % 4))) != 32:
    raise ImproperlyConfigured("BOTHWAYS_PUSH_KEY must be 32 bytes; 'bothways new-push-key' makes one.")
for _service in PUSH_SERVICES:
    _own = urlsplit(_service)
    if _own.scheme and _own.scheme != "https" and f"{_own.hostname}" not in LOCAL_HOSTS:
        raise ImproperlyConfigured(
            "A service of BOTHWAYS_PUSH_SERVICES must be https:// (or be on this machine)."
        )

# Hours between sending an enrolment and confirming it; the pause in which nobody can be hurried.
CONFIRM_AFTER_SECONDS = int(float(env("CONFIRM_AFTER_HOURS", "0.01" if DEMO else "24")) * 3600)
# Sign-in and sign-up answer at full steps of so many seconds, so that no time tells who has an account.
EVEN_SECONDS = float(env("EVEN_SECONDS", "0.25"))
# At most this many messages with notices per person in seven days.
NOTICES_PER_WEEK = int(env("NOTICES_PER_WEEK", "3"))

# A programme that looks for pairs between its rounds does so at most once in so many minutes.
BETWEEN_ROUNDS_MINUTES = int(env("BETWEEN_ROUNDS_MINUTES", "10"))

# From so many people on, a round lists who would suit whom in parts, in as many jobs at a time as there are
# hands.
ROUND_IN_PARTS_FROM = int(env("ROUND_IN_PARTS_FROM", "20000"))
ROUND_HANDS = int(env("ROUND_HANDS", "8"))

# After this many days a sealed report is deleted, read or not.
SEALED_REPORT_DAYS = int(env("SEALED_REPORT_DAYS", "90"))

# A request that nobody closes expires after so many days without a word of its requester, who is told a week
# before. So many days after its end, however it ended, a request and all words under it are erased.
REQUEST_OPEN_DAYS = int(env("REQUEST_OPEN_DAYS", "90"))
REQUEST_ERASE_DAYS = int(env("REQUEST_ERASE_DAYS", "30"))

DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
}
