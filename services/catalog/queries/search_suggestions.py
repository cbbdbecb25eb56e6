"""How a query may go on: words of the register, subjects and positions, providers, municipalities, programmes."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Text, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.search_typing import other_layout, words_in

MOST, SHORTEST = 8, 2
ROOM = {"words": 3, "programme": 3}
"""How many suggestions of a kind come first; the other kinds have one each, and what is left over fills up."""

GO_ON = text("""
WITH fitting AS (
    SELECT id FROM programme
    WHERE status = 'published' AND (numnode(plainto_tsquery('russian', :earlier)) = 0 OR document @@ plainto_tsquery('russian', :earlier))
)
(SELECT 'words' AS kind, concat_ws(' ', nullif(:earlier, ''), mode() WITHIN GROUP (ORDER BY word)) AS text,
    count(DISTINCT programme_id) AS count
 FROM programme_word JOIN fitting ON fitting.id = programme_id
 WHERE word LIKE :last || '%' GROUP BY ts_lexize('russian_stem', word) ORDER BY 3 DESC, 2 LIMIT 8)
UNION ALL
(SELECT term.dictionary, term.title, count(*) FROM term
 JOIN programme ON programme.status = 'published' AND term.code = ANY(CASE term.dictionary WHEN 'subject' THEN subjects ELSE positions END)
 WHERE term.dictionary IN ('subject', 'position') AND ' ' || translate(lower(term.title), 'ё-(', 'е  ') LIKE '% ' || :line || '%'
    AND term.valid_from <= :today AND (term.valid_to IS NULL OR term.valid_to > :today)
 GROUP BY term.dictionary, term.title ORDER BY 3 DESC, 2 LIMIT 8)
UNION ALL
(SELECT 'provider', organisation.short_name, count(*) FROM organisation
 JOIN programme ON programme.provider_id = organisation.id AND programme.status = 'published'
 CROSS JOIN LATERAL concat_ws(' ', organisation.short_name, CASE WHEN length(:line) > 3 THEN organisation.name END) AS named (said)
 WHERE ' ' || translate(lower(named.said), 'ё«"-', 'е   ') LIKE '% ' || :line || '%'
 GROUP BY organisation.id ORDER BY 3 DESC, 2 LIMIT 8)
UNION ALL
(SELECT 'municipality', territory.title, count(DISTINCT study_group.programme_id) FROM territory
 JOIN study_group ON study_group.oktmo = territory.oktmo AND study_group.status = 'announced' AND study_group.enrolment_closes >= :today
 WHERE translate(lower(territory.title), 'ё', 'е') LIKE :line || '%' GROUP BY territory.oktmo ORDER BY 3 DESC, 2 LIMIT 8)
UNION ALL
(SELECT 'programme', title, count(*) FROM programme
 WHERE status = 'published' AND document @@ (to_tsquery('simple', :begun) || to_tsquery('russian', :said))
    AND (numnode(plainto_tsquery('russian', :earlier)) = 0 OR document @@ plainto_tsquery('russian', :earlier))
 GROUP BY title ORDER BY title LIMIT 8)
""").bindparams(*(bindparam(name, type_=Text) for name in ("earlier", "last", "line", "begun", "said")), bindparam("today", type_=Date))


OTHER_KINDS = text("""
SELECT kind, title AS text, count(*) AS count FROM findable
WHERE document @@ (to_tsquery('simple', :begun) || to_tsquery('russian', :said))
    AND (numnode(plainto_tsquery('russian', :earlier)) = 0 OR document @@ plainto_tsquery('russian', :earlier))
    AND (kind <> 'event' OR day >= :today)
GROUP BY kind, title ORDER BY kind, title LIMIT 40
""").bindparams(*(bindparam(name, type_=Text) for name in ("earlier", "begun", "said")), bindparam("today", type_=Date))
"""Titles of events to come, organisations, news, documents and procedures that begin so."""


async def suggestions(session: AsyncSession, line: str, *, today: date, everywhere: bool = False) -> list[dict[str, Any]]:
    """At most eight ways to go on, of several kinds; when there is none, for the same keys in the other layout."""
    for typed in (line, *other_layout(line)):
        words = words_in(typed)
        if len("".join(words)) < SHORTEST:
            continue
        last = words[-1]
        bound = {"earlier": " ".join(words[:-1]), "last": last, "line": " ".join(words), "today": today}
        bound |= {"begun": f"{last}:*A", "said": f"{last}:A"}
        found = [row._asdict() for row in await session.execute(GO_ON, bound)]
        if everywhere:
            others = {name: bound[name] for name in ("earlier", "begun", "said", "today")}
            found += [row._asdict() for row in await session.execute(OTHER_KINDS, others)]
        if found:
            return several(found)
    return []


def several(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some of every kind, in their order, at most eight."""
    room = dict(ROOM)
    first = []
    for one in found:
        if room.setdefault(one["kind"], 1):
            room[one["kind"]] -= 1
            first.append(one)
    rest = [one for one in found if one not in first]
    chosen = [*first, *rest][:MOST]
    return [one for one in found if one in chosen]
