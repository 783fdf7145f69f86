"""Django's settings, all derived from the installation; there is nothing to edit here."""

from __future__ import annotations

from pathlib import Path

from zhenshu.installation import database_settings, read_installation
from zhenshu.static_version import static_version

INSTALLATION = read_installation()
PACKAGE = Path(__file__).resolve().parent

SECRET_KEY = INSTALLATION.secret_key()
DEBUG = INSTALLATION.debug
ALLOWED_HOSTS = list(INSTALLATION.hosts)
ROOT_URLCONF = "zhenshu.urls"
WSGI_APPLICATION = "zhenshu.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "zhenshu.ground.ledger",
    "zhenshu.ground.areas",
    "zhenshu.ground.people",
    "zhenshu.ground.packs",
    "zhenshu.registers.dossiers",
    "zhenshu.registers.cases",
    "zhenshu.registers.plans",
    "zhenshu.registers.blocks",
    "zhenshu.registers.engines",
    "zhenshu.registers.layers",
    "zhenshu.registers.exchanges",
    "zhenshu.registers.portal",
    "zhenshu.measures.indicators",
    "zhenshu.measures.economy",
    "zhenshu.measures.scorecards",
    "zhenshu.papers.writing",
    "zhenshu.papers.adopting",
    "zhenshu.papers.publishing",
    "zhenshu.doors.desk",
    "zhenshu.doors.portal",
    "zhenshu.doors.api",
    "zhenshu.doors",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhenshu.doors.security.ContentSecurityPolicy",
    "zhenshu.doors.hurry.Hurry",
    "zhenshu.doors.api.lane.BearerLane",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhenshu.doors.desk.context.frame",
            ],
        },
    }
]

DATABASES = {"default": database_settings(INSTALLATION.database_url)}

# Sessions end with the working day, as level 2 of the classified protection scheme asks (等保二级, 超时退出).
SESSION_COOKIE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = INSTALLATION.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if INSTALLATION.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Length, letters and digits are asked by ground.people.policy.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:log_in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "desk:log_in"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_VERSION = static_version(PACKAGE / "static")
STATIC_URL = f"/static/{STATIC_VERSION}/"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 86400
# Our files are kept for good under their digest; a developer's change while serving, and the files that
# libraries bring, are asked for again.
WHITENOISE_IMMUTABLE_FILE_TEST = r"(?!)" if DEBUG else rf"^{STATIC_URL}(zhenshu|vendor)/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# A larger body is refused before it is read; attachments have a limit of their own in the packs.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
# All rows that a report proposes are confirmed in one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
