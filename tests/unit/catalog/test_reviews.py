"""The rules of reviews: smoothing, what a moderator is pointed to, and when the second poll opens."""

from datetime import UTC, datetime, timedelta

import pytest

from services.catalog.rules.reviews import (
    ASKED_AGAIN_AFTER,
    Decision,
    PollAnswered,
    PollClosed,
    ReplyFacts,
    ReviewFacts,
    decision_faults,
    hints,
    may_answer_poll,
    pieces,
    reply_faults,
    review_faults,
    smoothed,
)
from shared.errors import Wrong

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def kinds(text: str, *abusive: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in hints(text, abusive=abusive)]


def test_a_few_enthusiasts_do_not_lift_a_programme_above_one_that_many_praise() -> None:
    few, many = smoothed(total=5 * 5.0, n=5, mean=4.0), smoothed(total=200 * 4.8, n=200, mean=4.0)
    assert few == pytest.approx(4.5)
    assert few < many < 4.8


def test_an_average_of_the_catalogues_own_mean_stays_where_it_is() -> None:
    assert smoothed(total=7 * 4.2, n=7, mean=4.2) == pytest.approx(4.2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Пишите на ivanova.m@school.example, отвечу.", ("ivanova.m@school.example", "email")),
        ("Звоните +7 (351) 263-00-00 днём.", ("+7 (351) 263-00-00", "phone")),
        ("Звоните 89220000000 днём.", ("89220000000", "phone")),
        ("Мой номер 112-233-445 95, проверьте.", ("112-233-445 95", "snils")),
        ("Спасибо, Нина Аркадьевна научила многому.", ("Нина Аркадьевна", "full_name")),
        ("Вела занятия Лопатина Нина Аркадьевна, спасибо.", ("Лопатина Нина Аркадьевна", "full_name")),
        ("Благодарим мы Петра Ильича за разбор.", ("Петра Ильича", "full_name")),
        ("Лучше всех объяснял Галин Р. И. на практике.", ("Галин Р. И.", "full_name")),
        ("Вместе с нами училась Анна Белова из Сатки.", ("Анна Белова", "capitals")),
        ("Преподаватель — Дуралей, каких мало.", ("Дуралей", "abuse")),
    ],
)
def test_a_moderator_is_pointed_to_what_may_name_or_offend_somebody(text: str, found: tuple[str, str]) -> None:
    assert kinds(text, "дурал") == [found]


@pytest.mark.parametrize(
    "text",
    [
        "Программа на 36 часов, из них 12 практики. Модуль 3 лучший!",
        "Научили ФГОС и ИКТ. Очень полезно в 5–6 классах.",
        "С 1 сентября 2026 года применяю каждый день.",
    ],
)
def test_an_ordinary_review_points_to_nothing(text: str) -> None:
    assert kinds(text, "дурак") == []


def test_words_of_the_dictionary_are_found_in_any_case_and_with_yo() -> None:
    assert kinds("ТЁМНЫЙ лес", "темн") == [("ТЁМНЫЙ", "abuse")]


def test_the_pieces_of_a_text_are_the_text() -> None:
    text = "Нина Аркадьевна, пишите a@b.ru или звоните 89220000000"
    cut = pieces(text, hints(text))
    assert "".join(str(one["text"]) for one in cut) == text
    assert [one["hint"] for one in cut] == ["full_name", None, "email", None, "phone"]


def test_a_hostile_text_is_read_in_no_time() -> None:
    for text in ("a." * 1000, "8 9" * 660, "А" * 2000, "Аа " * 660, "+7(" * 660):
        assert len(hints(text[:2000])) < 700


@pytest.mark.parametrize("text", ["Пишите мне: office@iro.example", "Спасибо, Мария Ивановна!"])
def test_a_reply_names_nobody(text: str) -> None:
    assert "Уберите личные данные" in reply_faults(ReplyFacts(text=text))["text"]


def test_a_reply_and_a_review_say_something() -> None:
    assert reply_faults(ReplyFacts(text="Да")) != {}
    assert reply_faults(ReplyFacts(text="Спасибо, учтём.")) == {}
    marks = {"content": 5, "teacher": 4, "organisation": 3, "usefulness": 5}
    assert review_faults(ReviewFacts(**marks, text="Хорошо")) == {"text": "Напишите хотя бы предложение: от 20 знаков."}
    assert review_faults(ReviewFacts(**marks, text="Хороший практический курс.")) == {}


def test_only_a_rejection_has_a_reason_and_it_has_one() -> None:
    assert "reason" in decision_faults(Decision(decision="reject"))
    assert "reason" in decision_faults(Decision(decision="publish", reason="Просто так"))
    assert decision_faults(Decision(decision="reject", reason="Названо имя коллеги")) == {}


def test_the_second_poll_opens_in_three_months_and_is_answered_once() -> None:
    with pytest.raises(PollClosed):
        may_answer_poll(submitted_at=NOW, answered=False, now=NOW + ASKED_AGAIN_AFTER - timedelta(seconds=1))
    may_answer_poll(submitted_at=NOW, answered=False, now=NOW + ASKED_AGAIN_AFTER)
    with pytest.raises(PollAnswered):
        may_answer_poll(submitted_at=NOW, answered=True, now=NOW + ASKED_AGAIN_AFTER)


def test_faults_are_said_at_their_field() -> None:
    wrong = Wrong(review_faults(ReviewFacts(content=1, teacher=1, organisation=1, usefulness=1, text="")))
    assert wrong.facts["errors"][0]["field"] == "text"
