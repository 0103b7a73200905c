"""Every setting of the desk, read from the environment.

What an admin changes at run time is a DeskSetting in the database, not a line here.
Each variable may also be given as a file: SECRET_KEY_FILE=/run/secrets/key.
"""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from helpdesk import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
PROFILE = env.choice("HELPDESK_PROFILE", ("dev", "test", "production"), default="dev")
PRODUCTION = PROFILE == "production"
DEBUG = env.flag("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG shows settings and code to whoever causes an error: not in production.")

# ---- Identity and secrets

SECRET_KEY = env.secret("SECRET_KEY", development="development-only-key-of-no-worth-outside-this-machine")
# Newest first: the first encrypts, all of them decrypt. `manage.py rotate_secrets` moves rows to the first.
SECRET_KEYRING = env.words("SECRET_KEYRING", default=[SECRET_KEY])
SITE_URL = env.url("SITE_URL", development="http://127.0.0.1:{}".format(env.text("PORT", default="8000")))
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", default=[SITE_HOST] if PRODUCTION else ["127.0.0.1", "localhost", SITE_HOST]
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

# The demo desk has known passwords, so it may only ever listen on the loopback.
DEMO = env.flag("HELPDESK_DEMO", default=False)
if DEMO and PRODUCTION:
    raise ImproperlyConfigured("HELPDESK_DEMO is for development: its passwords are known to everybody.")
DEMO_IMAP_PORT = env.number("DEMO_IMAP_PORT", default=1143)
DEMO_SMTP_PORT = env.number("DEMO_SMTP_PORT", default=1025)

# ---- Data

RUNTIME_DIR = Path(env.text("HELPDESK_RUNTIME_DIR", default=str(BASE_DIR / ".runtime")))
DATABASE_URL, REDIS_URL = env.services(PROFILE)
DATABASES = {"default": env.database(DATABASE_URL)}
# Nobody waits for another's lock without end; and a page (helpdesk/wsgi.py, asgi.py) for no answer at all.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    f"-c lock_timeout={env.number('LOCK_TIMEOUT_SECONDS', default=10)}s"
    f" -c statement_timeout={env.number('STATEMENT_TIMEOUT_SECONDS', default=0)}s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "foundation.forgetful_cache.ForgetfulCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        "KEY_PREFIX": env.text("REDIS_PREFIX", default="hd"),
    }
}
LIVE_CHANNEL = env.text("REDIS_PREFIX", default="hd") + ":live"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", default=str(RUNTIME_DIR / "media")))
# Pictures of mails that were fetched for a reader; may be emptied at any moment.
PICTURE_CACHE = Path(env.text("PICTURE_CACHE", default=str(RUNTIME_DIR / "pictures")))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# Where bodies without files may be longer than any form: providers bring whole mails (channels_inbox.webhooks).
LONG_BODIES = {"/hooks/": 140 * 2**20}
DATA_UPLOAD_MAX_NUMBER_FILES = (
    200  # the desk's own setting says how many a message takes; this one loses the words
)
FILE_UPLOAD_HANDLERS = [
    "foundation.uploads.WithinLimits",  # first: what it refuses is kept nowhere
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ---- Applications

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "foundation",
    "accounts",
    "tickets",
    "channels_inbox",
    "helpdesk",
]
MIDDLEWARE = [
    "helpdesk.health.Health",
    "helpdesk.loopback.DemoStaysHome",
    "helpdesk.proxies.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "foundation.middleware.ApiIsNoPicture",
    "foundation.uploads.NotEvenRead",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "foundation.uploads.UploadLimit",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.AgentPreferences",
    "accounts.middleware.NoStore",
    "foundation.middleware.PersonErrors",
    "foundation.database_trouble.OnceMore",  # the last one
]
ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
WSGI_APPLICATION = "helpdesk.wsgi.application"
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
                "foundation.context.desk",
                "tickets.context.frame",
            ],
            "libraries": {"i18n": "foundation.templatetags.words"},
        },
    }
]

# ---- People

AUTH_USER_MODEL = "accounts.Agent"
AUTHENTICATION_BACKENDS = ["accounts.sign_in.AgentBackend"]
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # addresses of agents are unique whatever their capitals, by a constraint that it does not see
    "security.W002",  # every page says frame-ancestors, which browsers put above X-Frame-Options
    "templates.W003",  # foundation.templatetags.words stands in for i18n on purpose
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# ---- Safety in the browser

HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-desk" if HTTPS else "desk"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
PORTAL_COOKIE_NAME = "__Host-portal" if HTTPS else "portal"
SECURE_SSL_REDIRECT = HTTPS and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# Only where the reverse proxy is ours and always sets the header.
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES", default=[])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
# Hosts in private networks that an operator trusts (an internal mail server). Everything else private is refused.
# The demo desk talks to its own mail server on the loopback.
ALLOW_PRIVATE_HOSTS = env.words("HELPDESK_ALLOW_PRIVATE_HOSTS", default=["127.0.0.1"] if DEMO else [])

# ---- Background work: the broker is a doorbell, the truth is in PostgreSQL

CELERY_BROKER_URL = env.celery_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 110, 120
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Redis is away: nobody has to start anything anew
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "global_keyprefix": env.text("REDIS_PREFIX", default="hd") + ":",
    # Whoever rings does not wait for a Redis that is away: the sweeps find what is due. (0 would mean without end.)
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "socket_connect_timeout": 2,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A worker that no ring reaches for so long, though rings wait, starts itself anew (helpdesk/worker_watch.py).
WORKER_DEAF_AFTER_SECONDS = env.number("WORKER_DEAF_AFTER_SECONDS", default=30)
# How long a worker has a message to itself. When it dies, somebody else takes over after this time; sending is
# given more, for a mail that was being handed over is never sent again by itself.
CLAIM_LEASE_SECONDS = env.number("CLAIM_LEASE_SECONDS", default=120)
SENDING_LEASE_SECONDS = env.number("SENDING_LEASE_SECONDS", default=600)

# ---- Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# ---- Files for the browser

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))) if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

# ---- API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpdesk.api.problem_details",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Help desk API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# ---- Watching it work

LOGGING = logs.configuration(level=env.text("LOG_LEVEL", default="INFO"), as_json=PRODUCTION)
METRICS_TOKEN = env.secret("METRICS_TOKEN", development="")
FAULTS_ALLOWED = not PRODUCTION
HELPDESK_FAULTS = env.text("HELPDESK_FAULTS", default="")
TEST_RUNNER = "django.test.runner.DiscoverRunner"

if PROFILE == "test":
    # Fast where only the test cares; everything else stays as it is in production.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
    ALLOW_PRIVATE_HOSTS = ["127.0.0.0/8", "::1"]
