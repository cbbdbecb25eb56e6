"""Who may do what in the register."""

from typing import Annotated

from shared.access import Caller, allow, everyone

Visitor = Annotated[Caller, everyone("catalogue.read")]
Operator = Annotated[Caller, allow("organisations.write", "operator")]
Author = Annotated[Caller, allow("programmes.write", "provider_specialist", "operator")]
Announcer = Annotated[Caller, allow("groups.announce", "provider_specialist", "operator")]
Learner = Annotated[Caller, allow("reviews.write", "teacher")]
Moderator = Annotated[Caller, allow("reviews.moderate", "operator")]
ModerationReader = Annotated[Caller, allow("reviews.moderation", "operator", "auditor")]
Answering = Annotated[Caller, allow("reviews.answer", "provider_specialist")]
