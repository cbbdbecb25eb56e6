"""The one Jinja environment: autoescaped, strict about names, with Russian spaces glued when a template is compiled."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup, escape

from gateway.portal import figures, words
from gateway.portal.assets import href

INDENT = re.compile(r"\n[ \n]+")


class Unbroken(Extension):
    """Glues the spaces of a template's own words and drops its indentation; what stands inside a tag is left alone."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        inside = False
        for token in stream:
            if token.type != "data":
                yield token
                continue
            parts = []
            for part in re.split(r"(<|>)", token.value):
                if part in ("<", ">"):
                    inside = part == "<"
                    parts.append(part)
                else:
                    parts.append(part if inside else words.unbroken(INDENT.sub("\n", part)))
            yield Token(token.lineno, "data", "".join(parts))


def glued(value: object) -> Markup:
    """A value from outside with its spaces glued, escaped."""
    return Markup(words.unbroken(str(escape("" if value is None else value))))


def paragraphs(value: str) -> Iterator[str]:
    """The paragraphs of a text."""
    return (part.strip() for part in re.split(r"\n\s*\n|\n", value or "") if part.strip())


@pass_context
def period(context: Context, starts: date | str, ends: date | str) -> str:
    """A period as a page shows it: of another year than this one with its year."""
    return words.period(starts, ends, year=context["frame"].today.year)


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=[Unbroken, "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
ENVIRONMENT.filters.update(
    ru=glued,
    day=words.day,
    moment=words.moment,
    month=words.month,
    number=words.number,
    until=words.until,
    deadline=words.deadline,
    span=words.span,
    seconds=words.seconds,
    micros=words.micros,
    listed=words.listed,
    capital=words.capital,
    paragraphs=paragraphs,
    zip_with=lambda titles, values: list(zip(titles, values, strict=True)),
)
ENVIRONMENT.globals.update(
    counted=words.counted,
    plural=words.plural,
    period=period,
    span_of=words.span_of,
    href=href,
    figures=figures,
    as_date=words.as_date,
    zip=zip,
    NB=words.NB,
)
