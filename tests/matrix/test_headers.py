"""Every page that anybody or a mechanic can open: the wall stands, and nothing on the page needs a hole in it."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from tests.matrix.table import TABLE
from tests.matrix.test_matrix import address, ask

PAGES = [line for line in TABLE if line.method == "GET" and 200 in line.status.values()]
IN_TWO_LANGUAGES = [line for line in PAGES if not line.route.startswith("api:")]
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script without src": re.compile(r"<script(?![^>]*\s(?:src=|type=\"application/json\"))", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
}


@pytest.mark.parametrize("line", PAGES, ids=lambda line: line.id)
def test_the_wall_stands_on_every_page(line, world, clients, db):
    for role in ("anonymous", "mechanic", "owner"):
        answer = ask(clients[role], line, world)
        if answer.status_code != 200:
            continue
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        if answer.headers["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            assert [what for what, pattern in INLINE.items() if pattern.search(html)] == []
            assert "//cdn." not in html


def test_what_is_about_one_person_stays_out_of_caches(world, clients, db):
    for line in PAGES:
        if line.to in ("link", "requested", "page of requested", "page of proposed", "hold", "photo", "photo by link"):
            answer = ask(clients["owner"], line, world)
            assert "no-store" in answer.headers.get("Cache-Control", ""), line.id


@pytest.mark.parametrize(
    "line", [line for line in PAGES if not line.route.startswith("api:")], ids=lambda line: line.id
)
def test_every_page_opens_in_english_too(line, world, clients, db):
    with translation.override("en"):
        assert address(line, world).startswith("/en/")
        answer = ask(clients["mechanic"], line, world)
    assert answer.status_code == line.status["mechanic"]
    if b"<html" in answer.content:
        assert b'<html lang="en"' in answer.content
