"""Who may do what in the register."""

from typing import Annotated

from shared.access import Caller, allow, everyone

Visitor = Annotated[Caller, everyone("catalogue.read")]
Operator = Annotated[Caller, allow("organisations.write", "operator")]
Author = Annotated[Caller, allow("programmes.write", "provider_specialist", "operator")]
Announcer = Annotated[Caller, allow("groups.announce", "provider_specialist", "operator")]
Publisher = Annotated[Caller, allow("publications.write", "provider_specialist", "operator")]
NewsReader = Annotated[Caller, allow("news.review", "operator")]
DocumentAuthor = Annotated[Caller, allow("documents.write", "operator")]
