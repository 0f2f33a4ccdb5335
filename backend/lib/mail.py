"""Mail: rendered when it is caused, kept as a row, sent by a sweep with a Message-ID that a repeat would carry too."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from backend.lib.outbox import handles, put


class Attachment(TypedDict):
    name: str
    content: str
    mime: str


def put_mail(
    *,
    template: str,
    to: str,
    language: str,
    context: dict[str, Any],
    key: str,
    due_at: datetime,
    attachments: Iterable[Attachment] = (),
) -> None:
    """
    Render `mail/<template>.subject.txt`, `.txt` and `.html` in `language` and put the mail out for `due_at`.

    `key` is the mail's identity: the same key is sent once. Templates get `site_url` beside `context`.
    """
    with translation.override(language):
        values = {
            "site_url": settings.SITE_URL,
            "contact_email": settings.CONTACT_EMAIL,
            "language": language,
            **context,
        }
        payload = {
            "to": to,
            "subject": " ".join(render_to_string(f"mail/{template}.subject.txt", values).split()),
            "text": render_to_string(f"mail/{template}.txt", values),
            "html": render_to_string(f"mail/{template}.html", values),
            "attachments": list(attachments),
            "message_id": message_id(key),
        }
    put("mail", payload, due_at=due_at, key=f"mail:{key}")


def message_id(key: str) -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


@handles("mail")
def send(payload: dict[str, Any], *, at: datetime) -> None:
    message = EmailMultiAlternatives(
        payload["subject"], payload["text"], to=[payload["to"]], headers={"Message-ID": payload["message_id"]}
    )
    message.attach_alternative(payload["html"], "text/html")
    for attachment in payload["attachments"]:
        content = attachment["content"]
        if attachment.get("encoding") == "base64":
            content = base64.b64decode(content)
        message.attach(attachment["name"], content, attachment["mime"])
    message.send()
