"""An HTTP client for `stripe.StripeClient` that lets nothing pass which Stripe's description forbids."""

import json
from collections.abc import Mapping
from typing import Any

from stripe import RequestsClient

from tests.stripe_spec.spec import Spec, SpecError, load_spec


class CheckingClient(RequestsClient):
    """
    Check each request before it leaves, and each successful answer when it comes back.

    `calls` lists what was sent: (operationId, idempotency key or None, status).
    """

    def __init__(self, spec: Spec | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.spec = spec or load_spec()
        self.calls: list[tuple[str, str | None, int]] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """
        Send one request.

        :raises SpecError: for a request or an answer that the description forbids, and a POST without a key.
        """
        operation = self.spec.check_request(method, url, post_data)
        key = (headers or {}).get("Idempotency-Key")
        if method.upper() == "POST" and not key:
            raise SpecError(f"{operation.name}: a POST without Idempotency-Key could be executed twice", code="no_key")
        body, status, answer_headers = super().request(method, url, headers, post_data)
        self.calls.append((operation.name, key, status))
        if 200 <= status < 300:
            operation.check_response(json.loads(body))
        return body, status, answer_headers
