"""One settings file: safe development defaults, the environment overrides them, an unsafe production does not start."""

from pathlib import Path

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from backend import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("MOYEU_VAR_DIR") or BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- What kind of place this is -------------------------------------------------------------------------------------
DEVELOPMENT_KEY = "only-for-development-and-the-demonstration"
DEBUG = env.flag("MOYEU_DEBUG")
MOYEU_DEMO = env.flag("MOYEU_DEMO")
MOYEU_PRODUCTION = env.flag("MOYEU_PRODUCTION")
SECRET_KEY = env.text("SECRET_KEY", DEVELOPMENT_KEY)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", SITE_URL)
TRUSTED_PROXIES = int(env.text("TRUSTED_PROXIES", "0"))  # how many proxies of ours stand in front

# --- The house ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "backend.lib",
    "collective",
    "booking",
    "api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "django_cotton",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "huey.contrib.djhuey",
    "schedule",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "backend.middleware.give_up_powers",
    "backend.middleware.serve_static_files",
    "django.middleware.gzip.GZipMiddleware",  # our forms' tokens are masked anew each time, so sizes tell nothing
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "backend.middleware.refuse_large_bodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "backend.middleware.explain_broken_rules",
    "backend.middleware.demand_second_factor",
]

ROOT_URLCONF = "backend.urls"
ASGI_APPLICATION = "backend.asgi.application"
WSGI_APPLICATION = "backend.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backend" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "django.templatetags.static"],
            "libraries": {"moyeu": "backend.templatetags.moyeu", "slots": "backend.templatetags.slots"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.context.site",
            ],
        },
    }
]

# --- Data -----------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'moyeu.sqlite3'}"))}
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
CHANNEL_LAYERS = {
    "default": (
        {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}
# Without Redis no channel layer crosses a process: the web process itself relays the live announcements.
MOYEU_RELAY_IN_WEB = not REDIS_URL
MEDIA_ROOT = Path(env.text("MEDIA_ROOT") or VAR_DIR / "media")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Static files: from packages at set-up, never from a CDN --------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Collected, compressed and named by content where people visit; found where they lie while developing and testing.
STATIC_COLLECTED = MOYEU_PRODUCTION or MOYEU_DEMO
SERVESTATIC_USE_FINDERS = not STATIC_COLLECTED
NODE_MODULES = BASE_DIR / "node_modules"
VENDORED = {
    "vendor/pico": "@picocss/pico/css",
    "vendor/leaflet": "leaflet/dist",
    "vendor/bricolage": "@fontsource-variable/bricolage-grotesque/files",
    "vendor/atkinson": "@fontsource-variable/atkinson-hyperlegible-next/files",
}
STATICFILES_DIRS = [
    BASE_DIR / "backend" / "static",
    *((prefix, NODE_MODULES / folder) for prefix, folder in VENDORED.items() if (NODE_MODULES / folder).is_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "servestatic.storage.CompressedManifestStaticFilesStorage"
            if STATIC_COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# gzip only: brotli is here to open fonts, and at its best setting it makes setting up a minute longer.
SERVESTATIC_USE_BROTLI = False

# --- Languages and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
FORMAT_MODULE_PATH = "backend.formats"

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "collective.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Argon2 at 47 MB, one pass: the OWASP cheat sheet's first choice, about 60 ms here; Django's default takes 100 MB.
PASSWORD_HASHERS = ["backend.lib.hashers.MeasuredArgon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("web:welcome")
LOGOUT_REDIRECT_URL = reverse_lazy("web:home")
ACCOUNT_ADAPTER = "backend.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "signup": "20/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not MOYEU_PRODUCTION
MFA_TOTP_ISSUER = "Moyeu"
# Who commits others' money or data signs in with two factors; not in the demonstration, where nobody is real.
MOYEU_DEMAND_SECOND_FACTOR = MOYEU_PRODUCTION

# --- Mail -----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Moyeu <bonjour@moyeu.example>")
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = int(env.text("EMAIL_PORT", "587"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = VAR_DIR / "mails"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)
SOURCE_URL = env.text("SOURCE_URL")  # where this installation offers its source (AGPL, section 13)
CONTACT_EMAIL = env.text("CONTACT_EMAIL", "bonjour@moyeu.example")

# --- Payment --------------------------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY")
STRIPE_API_BASE = env.text("STRIPE_API_BASE")  # the emulator, on loopback and with a test key only
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRET")  # two during a rotation
CHECKOUT_ORIGIN = env.text("CHECKOUT_ORIGIN") or STRIPE_API_BASE or "https://checkout.stripe.com"
CONNECT_ORIGIN = env.text("CONNECT_ORIGIN") or STRIPE_API_BASE or "https://connect.stripe.com"

# --- Maps -----------------------------------------------------------------------------------------------------------
MAP_TILE_URL = env.text("MAP_TILE_URL")  # empty: a plain outline of communes, no third party
MAP_ATTRIBUTION = env.text("MAP_ATTRIBUTION")

# --- The wall -------------------------------------------------------------------------------------------------------
_TILES = [MAP_TILE_URL.split("{")[0].rstrip("/")] if MAP_TILE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *_TILES],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        # Browsers apply form-action to the redirect that follows a form: the way to the payment page needs it,
        # and a seller's to where its account is opened.
        "form-action": sorted({"'self'", CHECKOUT_ORIGIN, CONNECT_ORIGIN}),
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "backend.errors.csrf_failed"
LANGUAGE_COOKIE_SAMESITE = "Lax"
if MOYEU_PRODUCTION:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True

# --- Programs -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "EXCEPTION_HANDLER": "api.errors.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# From one address, by what is done: read, change, have a mail written to an address that was typed.
API_RATES = {"look": "600/m", "write": "60/m", "mail": "10/m"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Moyeu",
    "DESCRIPTION": "Diagnose a bicycle, find a slot at a member workshop, book it, pay, follow it.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "LICENSE": {"name": "AGPL-3.0-or-later"},
    # Names that do not change when a field elsewhere gets the same choices.
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatus": "booking.appointments.models.Appointment.Status",
        "BenchKind": "collective.workshops.models.Bench.Kind",
        "BikeType": "booking.services.bike_types.BikeType",
        "ClosingKind": "collective.ledger.closing_models.Closing.Kind",
        "Confirms": "collective.workshops.models.Workshop.Confirms",
        "DiagnosisBikeType": "api.symptoms.BIKE_TYPES",
        "BikePart": "booking.diagnosis.bicycle.PARTS",
        "CalendarMeaning": "api.hours_files.MEANINGS",
        "CardState": "collective.payments.models.KeptCard.State",
        "ClaimState": "booking.tenders.models.Claim.State",
        "ClaimTo": "api.till.MOVES",
        "BorneBy": "api.till.BORNE_BY",
        "Category": "booking.services.categories.CATEGORIES",
        "DisagreementKind": "collective.reconciliation.models.Disagreement.Kind",
        "EbikeBrand": "api.settings.BRANDS",
        "InvoiceKind": "collective.invoices.models.Invoice.Kind",
        "Journal": "collective.ledger.models.Entry.Journal",
        "GivenMeans": "api.tenders.BY_HAND",
        "Language": "api.me.LANGUAGES",
        "Means": "booking.tenders.means.Means",
        "MembershipRole": "collective.members.models.Membership.Role",
        "PayNow": "collective.workshops.models.Workshop.PayNow",
        "PayerKind": "api.tenders.PAYERS",
        "PaymentState": "collective.payments.models.Payment.State",
        "PaidBy": "collective.payments.distribution.models.SellerAccount.Way",
        "Prices": "collective.workshops.models.Workshop.Prices",
        "ReceivableCause": "collective.payments.distribution.models.Receivable.Cause",
        "SellerAccountStatus": "collective.payments.distribution.models.SellerAccount.Status",
        "TransferReason": "collective.payments.distribution.models.Transfer.Reason",
        "TransferState": "collective.payments.distribution.models.Transfer.State",
        "PriceLevel": "api.appointments.CHOICES",
        "QuoteState": "booking.appointments.quote_models.Quote.State",
        "SoldMeans": "api.till.SOLD",
        "SlotOfferState": "booking.waiting.models.SlotOffer.State",
        "SlotOrder": "booking.availability.asked.ORDERS",
        "StaffRole": "collective.workshops.models.Staff.Role",
        "TenderState": "booking.tenders.means.State",
        "Unit": "collective.ledger.models.Line.Unit",
        "WaitState": "booking.waiting.models.Wait.State",
        "WhyNoSlot": "api.slots.WHYS",
        "WorkshopKind": "collective.workshops.models.Workshop.Kind",
    },
}

# --- Later work: rows with a state and a due time; huey only sweeps them ---------------------------------------------
HUEY = {
    "huey_class": "huey.RedisHuey" if REDIS_URL else "huey.SqliteHuey",
    "name": "moyeu",
    "immediate": False,
    "results": False,
    **({"url": REDIS_URL} if REDIS_URL else {"filename": str(VAR_DIR / "huey.sqlite3")}),
    "consumer": {"workers": 2, "worker_type": "thread", "periodic": True},
}

# A commit that put rows wakes a consumer. Only where one runs (`manage.py run_huey`): elsewhere tasks would pile up.
MOYEU_WAKE = env.flag("MOYEU_WAKE", default=bool(REDIS_URL))

# What tells how long a way takes (collective/places/travel.py): a dotted path to a class, for a routing service.
MOYEU_ROUTER = env.text("MOYEU_ROUTER") or "collective.places.travel.StraightLine"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}

env.refuse_real_money_in_demo(demo=MOYEU_DEMO, stripe_key=STRIPE_SECRET_KEY)
if MOYEU_PRODUCTION:
    env.refuse_unsafe_production(
        debug=DEBUG,
        demo=MOYEU_DEMO,
        secret_key=SECRET_KEY,
        development_key=DEVELOPMENT_KEY,
        hosts=ALLOWED_HOSTS,
        site_url=SITE_URL,
    )
