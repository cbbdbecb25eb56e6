"""Who may do what in the register."""

from typing import Annotated

from shared.access import Caller, allow, everyone, gateway_only

Visitor = Annotated[Caller, everyone("catalogue.read")]
Operator = Annotated[Caller, allow("organisations.write", "operator")]
Author = Annotated[Caller, allow("programmes.write", "provider_specialist", "operator")]
Announcer = Annotated[Caller, allow("groups.announce", "provider_specialist", "operator")]
Door = Annotated[Caller, gateway_only("searches.save")]
