"""Pages of reviews: figures from five on, texts that stay texts, errors beside their fields."""

import json
from datetime import date
from typing import Any

import pytest

from gateway.portal.frame import Frame
from gateway.portal.linked_data import course, script
from gateway.portal.pages.review_desk import HINTS, STATUSES
from gateway.portal.pages.reviews import LABELS, MARKS, QUESTIONS, USES
from gateway.portal.refused import Told
from gateway.portal.templates import ENVIRONMENT
from tests.unit.portal.register import PORTAL, programme
from tests.unit.portal.test_publications import card as happening

TEXT = "Что я написала"
EVIL = '<script>alert("1")</script> & «слова»'
COUNTED = {"content": 4.62, "teacher": 4.9, "organisation": 4.1, "usefulness": 4.8}
SAID = {
    "id": "r1",
    "marks": {"content": 5, "teacher": 5, "organisation": 4, "usefulness": 5},
    "text": EVIL,
    "position": {"code": "teacher", "title": "Учитель", "short": "учитель"},
    "subject_group": {"code": "mathematics", "title": "Математика", "short": "математика"},
    "month": "2026-05",
    "reply": EVIL,
}
FEW: dict[str, Any] = {"n": 3, "needed": 2, "rating": None, "marks": None, "use": None, "items": [], "next": None}
MANY = {
    "n": 46,
    "needed": 0,
    "rating": {"mean": 4.66, "n": 46},
    "marks": COUNTED,
    "use": {"regularly": 30, "sometimes": 11, "no": 5, "n": 46},
    "items": [SAID],
    "next": "more",
}
TARGET = {"kind": "programme", "id": "p1", "title": EVIL, "provider": "Институт"}


def plain(html: str) -> str:
    return html.replace("\u00a0", " ").replace("&nbsp;", " ")


def page(template: str, **facts: Any) -> str:
    frame = Frame(path="/cabinet/reviews", query="", today=date(2026, 11, 24), csrf="token")
    asked = {"section": "", "doors": (), "issuers": 1, "title": "Отзывы", "said": Told(), "marks": MARKS}
    return plain(ENVIRONMENT.get_template(template).render(frame=frame, **{**asked, **facts}))


def public(found: dict[str, Any]) -> str:
    return page("all_reviews.html", about=programme(), crumbs=(("/programmes", "Программы"),), found=found, next_href="", first_href="")


def test_below_five_a_page_says_how_many_there_are_and_nothing_else() -> None:
    html = public(FEW)
    assert "Оценка появится после пяти отзывов, сейчас 3." in html
    assert "из 5" not in html


def test_from_five_on_figures_stand_with_their_number_and_how_they_are_made() -> None:
    html = public(MANY)
    assert "<b>4,7</b><span>из 5, 46 отзывов</span>" in html
    assert "<b>41 из 46</b><span>применяют через три месяца</span>" in html
    assert "сглажена к средней по каталогу" in html
    assert html.count("<meter") == 4
    assert "Учитель, математика · май 2026 · содержание 5, преподаватель 5, организация 4, польза на уроке 5" in html


def test_an_event_that_is_over_shows_what_was_said_about_it() -> None:
    facts = {"event": happening(), "more": [], "over": True, "may_edit": False, "address": "a", "json_ld": ""}
    html = page("event.html", reviews=MANY, **facts)
    assert "<b>4,7</b><span>из 5, 46 отзывов</span>" in html
    assert f'href="/events/{happening()["id"]}/reviews"' in html
    assert "сейчас 3" in page("event.html", reviews=FEW, **facts)
    assert "Отзывы</h2>" not in page("event.html", reviews=None, **facts)


def test_a_script_in_a_review_or_a_reply_is_shown_as_words() -> None:
    html = public(MANY)
    assert html.count("&lt;script&gt;alert(") >= 2
    assert "<script>alert" not in html


def test_a_moderator_sees_what_to_look_at_and_a_script_as_words() -> None:
    one = {
        **SAID,
        "target": TARGET,
        "pieces": [{"text": EVIL, "hint": None}, {"text": "Нина Аркадьевна", "hint": "full_name"}],
        "status": "in_review",
        "reason": None,
        "submitted_at": "2026-11-20T09:00:00Z",
        "decided_at": None,
    }
    facts = {"found": {"items": [one], "waiting": 1, "next": None}, "chosen": "in_review", "statuses": STATUSES, "hints": HINTS}
    typed = {"typed": {"id": "r1", "reason": ""}, "said": Told({"reason": "Назовите причину"}), "next_href": ""}
    html = page("review_moderation.html", may_decide=True, **facts, **typed)
    assert '<mark title="имя человека">Нина Аркадьевна</mark>' in html
    assert "<script>alert" not in html
    assert 'href="#f-reason"' in html
    assert 'id="f-reason"' in html
    watching = page("review_moderation.html", may_decide=False, **facts, **typed)
    assert "Опубликовать" not in watching


def test_a_form_with_errors_keeps_what_was_chosen_and_leads_to_each_field() -> None:
    typed = dict.fromkeys(LABELS, "") | {"content": "4", "text": "Коротко"}
    errors = {"teacher": "Поставьте оценку от 1 до 5", "text": "Напишите хотя бы предложение: от 20 знаков."}
    right = {"right_id": "x", "target": TARGET, "granted_at": "2026-11-20T09:00:00Z"}
    html = page("review_form.html", right=right, before=None, questions=QUESTIONS, labels=LABELS, typed=typed, said=Told(errors))
    assert 'name="content" value="4" checked' in html
    for name in errors:
        assert f'href="#f-{name}"' in html
        assert f'id="f-{name}"' in html
        assert f'id="e-{name}"' in html
    assert ">Коротко</textarea>" in html


def test_a_rejected_review_is_corrected_in_the_same_form_with_the_reason_above() -> None:
    right = {"right_id": "x", "target": TARGET, "granted_at": "2026-11-20T09:00:00Z"}
    typed = {"text": "Прежний текст отзыва", **dict.fromkeys(MARKS, "3")}
    html = page("review_form.html", right=right, before={"reason": "Названо имя"}, questions=QUESTIONS, labels=LABELS, typed=typed)
    assert "Названо имя" in html
    assert ">Прежний текст отзыва</textarea>" in html
    assert html.count('value="3" checked') == 4


def test_ones_own_reviews_say_where_they_stand_and_ask_again_in_three_months() -> None:
    own = {
        **SAID, "right_id": "x", "target": TARGET, "status": "rejected", "reason": "Названо имя", "decided_at": "2026-11-20T09:00:00Z",
        "submitted_at": "2026-08-01T09:00:00Z", "use": None, "poll": "open",
    }  # fmt: skip
    found = {"to_write": [], "written": [own]}
    html = page("my_reviews.html", found=found, asked=[own], uses=USES, typed={"id": "", "use": "", "text": ""})
    assert "Отклонён" in html
    assert "Названо имя" in html
    assert 'action="/cabinet/reviews/r1/use"' in html
    nothing = page("my_reviews.html", found={"to_write": [], "written": []}, asked=[], uses=USES, typed={"id": "", "use": "", "text": ""})
    assert "Писать пока не о чем" in nothing


def test_the_provider_answers_only_what_has_no_answer() -> None:
    open_one = {**SAID, "id": "r2", "reply": None, "target": TARGET, "use": "no", "use_text": EVIL}
    answered = {**SAID, "target": TARGET, "use": None, "use_text": None}
    uses = {"no": "не применяет"}
    found = {"items": [answered, open_one], "hidden": 2, "next": None}
    html = page("provider_reviews.html", found=found, unanswered=False, uses=uses, typed={"id": "", "text": ""}, next_href="")
    assert html.count('action="/provider/reviews/') == 1
    assert 'action="/provider/reviews/r2/reply"' in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("errors", [{}, {"use": "Выберите ответ"}, {"text": "Уберите личные данные"}, {"other": "Иное"}])
def test_every_refusal_of_every_form_is_a_page(errors: dict[str, str]) -> None:
    said = Told(errors, "По этому отзыву решение уже принято.")
    asked = {
        **SAID, "right_id": "x", "target": TARGET, "status": "published", "reason": None, "decided_at": "2026-11-20T09:00:00Z",
        "submitted_at": "2026-08-01T09:00:00Z", "use": None, "use_text": None, "poll": "open",
    }  # fmt: skip
    waiting = {**asked, "pieces": [{"text": TEXT, "hint": None}], "status": "in_review", "reply": None}
    typed = {"id": "r1", "use": "no", "text": TEXT, "reason": TEXT}
    pages = [
        page("my_reviews.html", found={"to_write": [], "written": [asked]}, asked=[asked], uses=USES, typed=typed, said=said),
        page(
            "review_moderation.html", found={"items": [waiting], "waiting": 1, "next": None}, chosen="in_review", statuses=STATUSES,
            hints=HINTS, may_decide=True, typed=typed, next_href="", said=said,
        ),
        page(
            "provider_reviews.html", found={"items": [waiting], "hidden": 0, "next": None}, unanswered=False, uses={}, typed=typed,
            next_href="", said=said,
        ),
    ]  # fmt: skip
    for html in pages:
        assert TEXT in html
        assert (next(iter(errors.values())) if errors else said.detail) in html


def test_machines_are_told_the_rating_only_when_people_are() -> None:
    assert "aggregateRating" not in json.loads(script(course(programme(), [], portal=PORTAL)))
    assert "aggregateRating" not in json.loads(script(course(programme(rating=None), [], portal=PORTAL)))
    said = json.loads(script(course(programme(rating={"mean": 4.66, "n": 46}), [], portal=PORTAL)))["aggregateRating"]
    assert said == {"@type": "AggregateRating", "ratingValue": 4.66, "reviewCount": 46, "bestRating": 5, "worstRating": 1}
