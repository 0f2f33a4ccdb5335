"""Files go out by the same doors as pages, and pages do not wait for them."""

import pytest

FILE = "/static/moyeu/css/base.css"


def test_a_static_file_is_served_whole_or_in_part(client, settings):
    whole = b"".join(client.get(FILE))
    assert whole == (settings.BASE_DIR / "backend" / FILE.removeprefix("/")).read_bytes()
    part = client.get(FILE, headers={"range": "bytes=0-9"})
    assert (part.status_code, b"".join(part)) == (206, whole[:10])


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_a_page_that_says_so(client):
    answer = client.get("/static/nothing.css")
    assert answer.status_code == 404
    assert b"</html>" in answer.content
