"""What Stripe answers when it refuses."""

from typing import Any


class StripeError(Exception):
    """An error answer: `body()` is the JSON that goes with `status`."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.fields = {"type": type, "message": message, **({"code": code} if code else {}), **more}

    def body(self) -> dict[str, Any]:
        return {"error": self.fields}


def no_such(kind: str, identifier: str, *, param: str = "id") -> StripeError:
    name = kind.replace(".", " ")
    return StripeError(f"No such {name}: '{identifier}'", status=404, code="resource_missing", param=param)


def unexpected_state(intent: dict[str, Any], verb: str, allowed: str) -> StripeError:
    return StripeError(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}."
        f" Only a PaymentIntent with one of the following statuses may be {verb}: {allowed}.",
        code="payment_intent_unexpected_state",
    )
