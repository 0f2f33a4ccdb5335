"""Pages and API, by threads that live on: each keeps its connection to the database from request to request."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
os.environ.setdefault("DATABASE_KEPT_SECONDS", "60")
application = get_wsgi_application()

from backend.serving import settle  # noqa: E402 - Django must be set up before its pages are imported

settle()
