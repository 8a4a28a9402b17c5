"""Django settings. Everything an installation may change comes from the environment; nothing is fetched at run time."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from lianzhang.config import home

PACKAGE = Path(__file__).resolve().parent.parent
LIANZHANG_HOME = home.directory()
SECRET_KEY = home.secret(LIANZHANG_HOME, "django.key")
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("LIANZHANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("LIANZHANG_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "lianzhang.records",
    "lianzhang.trail",
    "lianzhang.accounts",
    "lianzhang.workdays",
    "lianzhang.jobs",
    "lianzhang.intake",
    "lianzhang.collecting",
    "lianzhang.registry",
    "lianzhang.chains",
    "lianzhang.resources",
    "lianzhang.projects",
    "lianzhang.supervision",
    "lianzhang.indicators",
    "lianzhang.briefings",
    "lianzhang.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "lianzhang.web.middleware.Language",
    "lianzhang.api.problems.Plain",
    "lianzhang.web.middleware.Slash",
    "lianzhang.web.middleware.Nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lianzhang.web.middleware.ActingPost",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lianzhang.web.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "lianzhang.config.urls"
WSGI_APPLICATION = "lianzhang.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lianzhang.web.context.shell",
            ],
        },
    }
]

DATABASES = {"default": home.database(LIANZHANG_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["quick", "long"]}}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "lianzhang.accounts.passwords.UnlikeItsOwner"},
    {"NAME": "lianzhang.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("LIANZHANG_HTTPS") == "1"
# The proxy that ends TLS says so; without it a sign-in link sent to a colleague begins with http.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {"camera": [], "microphone": [], "geolocation": [], "usb": []}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["lianzhang.config.formats"]
# Off on purpose: on, <input value="{{ row.pk }}"> posts 1,234. Figures are written by lianzhang.tables.
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True

STATIC_URL = "static/"
# Files are served by the finders; a folder of collected ones counts only where somebody collected them.
STATIC_ROOT = PACKAGE / "static_root" if (PACKAGE / "static_root").is_dir() else None
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# What Vite wrote: `web.bundles` reads the names of the built files from here.
BUNDLE_MANIFEST = PACKAGE / "web" / "static" / "bundle" / "manifest.json"
SILENCED_SYSTEM_CHECKS: list[str] = []

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
EXPORT_ROW_LIMIT = 50_000

CITY_NAME = os.environ.get("LIANZHANG_CITY", "青岛市")
HOME_REGIONS = [r for r in os.environ.get("LIANZHANG_REGIONS", "3702").split(",") if r]
TRAIL_CHECKPOINT_DIRS = [
    LIANZHANG_HOME / "checkpoints",
    *(Path(p) for p in os.environ.get("LIANZHANG_CHECKPOINT_DIRS", "").split(os.pathsep) if p),
]
SNAPSHOT_DIR = LIANZHANG_HOME / "snapshots"

# Every ledger the office may upload or download: key → dotted name of an object that is an `intake.protocol.Ledger`.
LEDGERS: dict[str, str] = {
    "chains": "lianzhang.chains.sheets.schemes.CHAINS",
    "enterprises": "lianzhang.registry.sheets.enterprises.ENTERPRISES",
    "plan_actions": "lianzhang.chains.sheets.plans.PLAN_ACTIONS",
    "key_projects": "lianzhang.projects.sheets.KEY_PROJECTS",
    "leads": "lianzhang.projects.lead_sheets.LEADS",
    "events": "lianzhang.projects.events.sheets.EVENTS",
    "requests": "lianzhang.supervision.sheets.REQUESTS",
    "address_list": "lianzhang.intake.sheets.ADDRESS_LIST",
    "map_segments": "lianzhang.chains.sheets.atlas.MAP_SEGMENTS",
    "teardown": "lianzhang.chains.sheets.teardown.TEARDOWN",
    "category_answers": "lianzhang.registry.sheets.bands.CATEGORY_ANSWERS",
    "part_answers": "lianzhang.registry.sheets.ticks.PART_ANSWERS",
    "supplier_mentions": "lianzhang.registry.sheets.mentions.SUPPLIER_MENTIONS",
    "material_purchases": "lianzhang.registry.sheets.materials.MATERIAL_PURCHASES",
    "part_trees": "lianzhang.registry.sheets.trees.PART_TREES",
    "sites": "lianzhang.resources.sheets.SITES",
    "signings": "lianzhang.projects.events.signings.SIGNINGS",
    "encounters": "lianzhang.projects.events.sheets.ENCOUNTERS",
    "candidates": "lianzhang.chains.sheets.candidates.CANDIDATES",
}
# Tables of what was decided: their exports are no ledgers, and are told so when they are handed in as one.
RECORDS_OF_ACTS = ("lianzhang.projects.contests.TABLE",)
# Every kind of background work: kind → dotted name of a function (progress, **arguments) -> result.
JOBS: dict[str, str] = {
    "intake.read": "lianzhang.intake.jobs.read",
    "intake.apply": "lianzhang.intake.jobs.apply",
    "collecting.read": "lianzhang.collecting.jobs.read",
    "projects.read_month": "lianzhang.projects.monthly.jobs.read_month",
    "projects.write_month": "lianzhang.projects.monthly.jobs.write_month",
    "projects.funnel": "lianzhang.projects.jobs.read_funnel",
    "briefings.inspection": "lianzhang.briefings.jobs.inspection",
    "chains.analyse": "lianzhang.chains.jobs.analyse",
    "chains.targets": "lianzhang.chains.jobs.choose_targets",
    "chains.release": "lianzhang.chains.jobs.decide_releases",
    "chains.release_list": "lianzhang.chains.jobs.decide_list",
}
# What is asked for in the background once a day: dotted names of functions (now) -> jobs.
DAILY: tuple[str, ...] = ("lianzhang.projects.actions.readings.ask_due",)
# What a kind of work leaves in order where it was stopped, timed out or died: kind → dotted name of a function (job).
JOB_ENDINGS: dict[str, str] = {"chains.targets": "lianzhang.chains.jobs.leave_targets"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LIANZHANG_LOG", "WARNING")},
}
