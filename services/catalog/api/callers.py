"""Who may do what in the register."""

from typing import Annotated

from fastapi import Depends, Header
from pydantic import Field

from shared.access import Caller, allow, everyone, gateway_only
from shared.errors import written

Visitor = Annotated[Caller, everyone("catalogue.read")]
Operator = Annotated[Caller, allow("organisations.write", "operator")]
OrganisationKeeper = Annotated[Caller, allow("organisations.contacts", "provider_specialist", "operator")]
OrganisationReader = Annotated[Caller, allow("organisations.history", "provider_specialist", "operator", "ministry", "auditor")]
Author = Annotated[Caller, allow("programmes.write", "provider_specialist", "operator")]
Reader = Annotated[Caller, allow("programmes.review", "operator")]
Overseer = Annotated[Caller, allow("programmes.reviews.read", "operator", "auditor")]
Historian = Annotated[Caller, allow("programmes.versions", "provider_specialist", "operator", "ministry", "auditor")]
Writer = Annotated[Caller, allow("drafts.keep", "provider_specialist", "operator")]
Announcer = Annotated[Caller, allow("groups.announce", "provider_specialist", "operator")]
Publisher = Annotated[Caller, allow("publications.write", "provider_specialist", "operator")]
NewsReader = Annotated[Caller, allow("news.review", "operator")]
Door = Annotated[Caller, gateway_only("searches.save")]
DictionaryKeeper = Annotated[Caller, allow("dictionaries.write", "operator")]
DocumentAuthor = Annotated[Caller, allow("documents.write", "operator")]
Learner = Annotated[Caller, allow("reviews.write", "teacher")]
Moderator = Annotated[Caller, allow("reviews.moderate", "operator")]
ModerationReader = Annotated[Caller, allow("reviews.moderation", "operator", "auditor")]
Answering = Annotated[Caller, allow("reviews.answer", "provider_specialist")]


def revision_wanted(
    if_match: Annotated[
        str | None,
        Header(
            pattern=written(r'^"[0-9]{1,9}"$', 'Ревизия — число в кавычках, например "3": она есть в поле revision.'),
            description="Ревизия, с которой начато изменение",
        ),
    ] = None,
) -> int | None:
    """The revision that a change starts from, as `If-Match: "3"` says it."""
    return int(if_match.strip('"')) if if_match else None


Since = Annotated[int | None, Depends(revision_wanted)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
