from django.urls import path

from api.realtime.consumers import WorkshopNews

websocket_urlpatterns = [path("ws/ateliers/<int:workshop_id>/", WorkshopNews.as_asgi())]
