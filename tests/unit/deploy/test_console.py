"""What the launcher says when something ends badly."""

from pathlib import Path

import pytest

from deploy.console import last_words, seconds

TRACEBACK = """started
Traceback (most recent call last):
  File "x.py", line 1, in <module>
sqlalchemy.exc.ProgrammingError: relation "organisation" already exists
[SQL: CREATE TABLE organisation (
)]
(Background on this error at: https://sqlalche.me/e/21/f405)
"""


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (TRACEBACK, 'sqlalchemy.exc.ProgrammingError: relation "organisation" already exists'),
        ("one\ntwo\n\n", "two"),
        ("notify: the environment lacks database_url\n", "notify: the environment lacks database_url"),
        ("", "журнал пуст"),
    ],
)
def test_the_reason_of_an_end_is_found_in_the_log(tmp_path: Path, written: str, words: str) -> None:
    log = tmp_path / "log"
    log.write_text(written)
    assert last_words(log) == words


def test_a_log_that_was_never_written_is_no_error(tmp_path: Path) -> None:
    assert last_words(tmp_path / "none") == "журнал пуст"


def test_seconds_are_written_as_russians_write_them() -> None:
    assert seconds(1.26) == "1,3 с"
