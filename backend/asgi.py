"""Pages, API and live updates. Websockets are accepted from our own pages only."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
pages = get_asgi_application()

from api.realtime.relay import RelayLifespan  # noqa: E402 - Django must be set up before its models are imported
from api.realtime.urls import websocket_urlpatterns  # noqa: E402 - as the line before
from backend.serving import settle  # noqa: E402 - as the line before

application = RelayLifespan(
    ProtocolTypeRouter(
        {
            "http": pages,
            "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
settle()
