"""The product's addresses, and one where nothing is done."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from backend.urls import urlpatterns as ours


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing")


urlpatterns = [path("nothing/", nothing), *ours]
