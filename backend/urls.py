"""Every door's address: French pages at the root, English ones under /en/, programs under /api/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = [
    path("api/", include("api.urls")),
    *i18n_patterns(
        path("compte/", include("allauth.urls")),
        path("collectif/", include("collective.web.urls")),
        path("", include("booking.web.urls")),
        prefix_default_language=False,
    ),
]
