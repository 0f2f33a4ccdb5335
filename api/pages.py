"""Lists come in pages of at most 100, in a stable order."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from api.fields import Asked, WholeNumber

MOST = 100
FARTHEST = 1_000_000


class PagesQuery(Asked):
    page = WholeNumber(min_value=1, max_value=FARTHEST, default=1, help_text="Which page, from 1.")
    page_size = WholeNumber(min_value=1, max_value=MOST, default=50, help_text="Rows on a page, at most 100.")


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """Refuse a page or a size that is none, rather than guess another."""
        sent = {name: value for name, value in request.query_params.items() if name in ("page", "page_size")}
        PagesQuery(data=sent, context={"in_address": True}).is_valid(raise_exception=True)
        return super().paginate_queryset(queryset, request, view)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        whole = {"type": "integer", "minimum": 1}
        return [
            {
                "name": "page",
                "in": "query",
                "description": "Which page, from 1.",
                "schema": whole | {"maximum": FARTHEST, "default": 1},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": "Rows on a page.",
                "schema": whole | {"maximum": MOST, "default": self.page_size},
            },
        ]
