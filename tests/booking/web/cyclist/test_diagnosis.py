import pytest

pytestmark = pytest.mark.usefixtures("symptoms")


def codes(groups):
    return {link.url.rpartition("s=")[2] for _title, links in groups for link in links}


def test_a_part_leads_to_its_symptoms_only(client):
    groups = client.get("/diagnostic/symptomes/?piece=brake-front").context["groups"]
    assert {"BRK-01", "BRK-02"} <= codes(groups)
    assert "TYR-01" not in codes(groups)


def test_everything_is_listed_without_a_part_but_what_needs_a_motor(client):
    plain = codes(client.get("/diagnostic/symptomes/?piece=other").context["groups"])
    electric = codes(client.get("/diagnostic/symptomes/?piece=other&velo=electrique").context["groups"])
    assert "GEN-02" in plain
    assert electric - plain == {f"EBK-0{number}" for number in range(1, 9)}


def test_one_question_is_asked_and_its_answer_joins_the_address(client):
    page = client.get("/diagnostic/?piece=brake-front&s=BRK-01")
    question = page.context["question"]
    value = f"BRK-01.{question.id}.{question.answers[0].value}"
    assert f'name="a" value="{value}"' in page.content.decode()
    after = client.get(f"/diagnostic/?piece=brake-front&s=BRK-01&a={value}")
    assert after.context["question"].id != question.id
    assert [told.question for told in after.context["complaint"].told] == [question.text]


def test_i_do_not_know_is_always_an_answer(client):
    for code in ("BRK-01", "TYR-02", "DRV-01"):
        page = client.get(f"/diagnostic/?s={code}")
        assert sum("unsure" in line for line in page.content.decode().splitlines()) == 1


def test_questions_end_at_the_result(client):
    address = "/diagnostic/?s=BRK-01"
    for _question in range(8):
        page = client.get(address)
        if page.status_code == 302:
            break
        address += f"&a=BRK-01.{page.context['question'].id}.unknown"
    assert page.headers["Location"].startswith("/diagnostic/resultat/?s=BRK-01&a=BRK-01.")


def test_an_earlier_answer_can_be_changed(client):
    said = "s=BRK-01&a=BRK-01.type.rim&a=BRK-01.lever.soft"
    page = client.get(f"/diagnostic/?{said}&changer=BRK-01.type")
    assert page.context["question"].id == "type"
    assert page.context["given"] == "rim"
    assert ("a", "BRK-01.type.rim") not in page.context["hidden"]
    assert ("a", "BRK-01.lever.soft") in page.context["hidden"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("s=NOPE-01", "unknown_symptom"),
        ("s=BRK-01&a=BRK-01.colour.red", "unknown_question"),
        ("s=BRK-01&a=BRK-01.lever.purple", "unknown_answer"),
        ("s=BRK-01&a=nonsense", "unreadable_answer"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_in_a_sentence(client, said, code):
    page = client.get(f"/diagnostic/?{said}")
    assert page.status_code == 400
    assert page.context["rule"].code == code


def test_without_a_symptom_one_is_asked_for(client):
    assert client.get("/diagnostic/").headers["Location"].startswith("/diagnostic/symptomes/")
