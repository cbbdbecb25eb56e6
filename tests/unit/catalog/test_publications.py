"""Rules of events, news, notices and documents, and how a line becomes a search over every kind."""

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.catalog.rules import documents, events, news, notices
from services.catalog.rules.search_everywhere import query_of
from services.catalog.rules.search_words import Word, Wording
from shared.errors import DomainError, Invalid

NOW, SOMEONE = datetime(2026, 11, 24, 10, tzinfo=UTC), UUID(int=1)
EVENT = events.EventFacts(
    organiser_id=SOMEONE,
    kind="webinar",
    title="Урок",
    starts=NOW + timedelta(days=1),
    ends=NOW + timedelta(days=1, hours=2),
    link="https://webinar.example/1",
)


@pytest.mark.parametrize(
    "link",
    [
        "http://a.example",
        "javascript:alert(1)",
        "https://",
        "https://a b.example",
        'https://a.example/"onload=',
        "HTTPS://a.example",
        "//a.example",
    ],
)
def test_only_a_clean_https_link_is_shown(link: str) -> None:
    assert not events.is_secure(link)
    assert set(events.event_faults(EVENT.model_copy(update={"link": link}), now=NOW)) == {"link"}
    assert events.is_secure("https://webinar.example/room?id=1&x=2")


def test_a_past_start_may_stay_and_may_not_be_chosen() -> None:
    past = EVENT.model_copy(update={"starts": NOW - timedelta(hours=1)})
    assert events.event_faults(past, now=NOW, before=past) == {}
    assert set(events.event_faults(past, now=NOW, before=EVENT)) == {"starts"}


def test_a_framework_that_was_not_heard_of_refuses_no_competence() -> None:
    assert events.competence_faults(["X"], known=[]) == {}
    assert set(events.competence_faults(["X"], known=["М1"])) == {"competences"}


def test_what_is_over_or_cancelled_does_not_change() -> None:
    ended = NOW - timedelta(minutes=1)
    for status, refused in (("cancelled", events.EventIsCancelled), ("published", events.EventOver)):
        with pytest.raises(refused):
            events.may_change_event(status=status, ends=ended, now=NOW)
    events.may_change_event(status="draft", ends=ended, now=NOW)
    with pytest.raises(events.EventOver):
        events.may_cancel_event(status="published", ends=ended, now=NOW)


def test_an_author_may_be_returned_their_news_but_not_publish_it() -> None:
    news.may_decide(status="in_review", submitted_by="a", reader="a", publishing=False)
    with pytest.raises(news.OwnNews):
        news.may_decide(status="in_review", submitted_by="a", reader="a", publishing=True)
    with pytest.raises(news.NewsNotInReview):
        news.may_decide(status="draft", submitted_by="a", reader="b", publishing=True)


def test_a_notice_is_over_after_its_last_day_not_on_it() -> None:
    day = date(2026, 11, 24)
    notices.may_change_notice(status="published", closes=day, today=day)
    with pytest.raises(notices.NoticeOver):
        notices.may_change_notice(status="published", closes=day, today=day + timedelta(days=1))


@pytest.mark.parametrize("trick", [b"/JavaScript", b"/JS (x)", b"/Launch", b"/EmbeddedFiles", b"/EmbeddedFile "])
def test_a_pdf_that_would_do_something_is_refused(trick: bytes) -> None:
    content = b"%PDF-1.7\n" + trick + b"\n%%EOF"
    with pytest.raises(Invalid):
        documents.pdf_of(documents.FileFacts(name="a.pdf", content=b64encode(content).decode()))


def test_a_plain_pdf_is_taken_as_it_is() -> None:
    content = b"%PDF-1.4\n/AAPL:Keywords /JSomething\n%%EOF"
    assert documents.pdf_of(documents.FileFacts(name="Приказ № 5.pdf", content=b64encode(content).decode())) == content


def test_a_later_version_is_never_in_force_before_the_former() -> None:
    facts = documents.DocumentFacts(title="Р", body="т", in_force_from=date(2026, 9, 1))
    today = date(2026, 11, 24)
    assert documents.version_faults(facts, has_file=False, today=today, last_in_force=date(2026, 9, 1)) == {}
    assert set(documents.version_faults(facts, has_file=False, today=today, last_in_force=date(2026, 9, 2))) == {"in_force_from"}


def test_every_refusal_is_a_sentence() -> None:
    for module in (events, news, notices, documents):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, DomainError) and thing.__module__ == module.__name__:
                assert thing.detail.endswith("."), thing


def test_every_word_is_said_in_one_of_its_ways() -> None:
    words = [Word("овз", "овз"), Word("для", None), Word("урок", "урок")]
    tied = [Wording("synonym", "limits", ("овз",), (("огранич", "возможн"),))]
    assert query_of(words, tied) == "( ( 'овз' ) | ( 'огранич' <-> 'возможн' ) ) & ( ( 'урок' ) )"
    assert query_of([Word("для", None)], []) == ""
    assert query_of([Word("математика", "математик")], []) == "( ( 'математик' ) | ( 'матема':* ) )"
