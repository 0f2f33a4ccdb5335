"""What all the doors for programs share: language, limits, strict reading, pages."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import translation
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ListField

from api.fields import Asked, Nothing
from api.pages import PagesQuery
from backend.lib.limits import BodyTooLarge, check_size, limit

LARGEST_BODY = 256 * 1024  # bytes


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answer: what a client would rather have changes nothing."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        return next((parser for parser in parsers if request.content_type.startswith(parser.media_type)), None)

    def select_renderer(self, request: Request, renderers: Sequence[Any], format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class SmallJson(JSONParser):
    """JSON of at most 256 kB: a parser that reads whatever comes can be fed until the machine is full."""

    largest = LARGEST_BODY

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """
        :raises BodyTooLarge: above that.
        :raises ParseError: for what is no JSON, or nested beyond reason.
        """
        sent = stream.read(self.largest + 1)
        if len(sent) > self.largest:
            raise BodyTooLarge(most=self.largest)
        try:
            return super().parse(BytesIO(sent), media_type, parser_context)
        except RecursionError as deep:
            raise ParseError from deep


class Door(GenericAPIView[Any]):
    """
    One address of the API.

    `query` is what may follow the question mark of a GET, or of the methods in `reads_query`; the values read stand in
    `self.asked`. `sends_mail` counts the unsafe methods among those that make us write to an address that was typed.
    `refusals` adds to the statuses that api.schema lists by itself.
    """

    query: ClassVar[type[Asked]] = Nothing
    pagination_class = None
    permission_classes = (AllowAny,)
    content_negotiation_class = AlwaysJson
    parser_classes = (SmallJson,)
    reads_query: ClassVar[tuple[str, ...]] = SAFE_METHODS
    sends_mail: ClassVar[bool] = False
    refusals: ClassVar[tuple[int, ...]] = ()
    metadata_class = None
    filter_backends = ()
    asked: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the language that the client asks for: addresses of programs have none."""
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not hasattr(self, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        check_size(request._request, most=max(parser.largest for parser in self.parser_classes))
        super().initial(request, *args, **kwargs)
        self.asked = self._read_query()

    def check_throttles(self, request: Request) -> None:
        name = "look" if request.method in SAFE_METHODS else "mail" if self.sends_mail else "write"
        limit(f"api-{name}", request._request, rate=settings.API_RATES[name])

    def read_body(self, serializer: type[Asked]) -> dict[str, Any]:
        """
        Return what was sent, validated.

        :raises UnknownField: for what is not asked for.
        :raises ValidationError: for values that cannot be accepted.
        """
        data = {} if isinstance(self.request.data, QueryDict) else self.request.data  # one without a body
        sent = serializer(data=data, context={"request": self.request})
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def listed(self, rows: QuerySet[Any] | Sequence[Any], serializer: type[BaseSerializer[Any]]) -> Response:
        """Answer a page of the rows."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(serializer(page, many=True).data)

    def _read_query(self) -> dict[str, Any]:
        query = self.query if self.request.method in self.reads_query else Nothing
        paged = self.pagination_class is not None and self.request.method in SAFE_METHODS
        ours = set(PagesQuery().fields) if paged else set()
        sent = self.request.query_params
        read = query(data={}, context={"in_address": True, "request": self.request})
        lists = {name for name, field in read.fields.items() if isinstance(field, ListField)}
        read.initial_data = {
            name: sent.getlist(name) if name in lists else sent[name] for name in sent if name not in ours
        }
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


class SignedInDoor(Door):
    """A door for people with an account."""

    permission_classes = (IsAuthenticated,)
