"""Who may do what in the register."""

from typing import Annotated

from shared.access import Caller, allow, everyone, gateway_only

Visitor = Annotated[Caller, everyone("catalogue.read")]
Operator = Annotated[Caller, allow("organisations.write", "operator")]
OrganisationKeeper = Annotated[Caller, allow("organisations.contacts", "provider_specialist", "operator")]
OrganisationReader = Annotated[Caller, allow("organisations.history", "provider_specialist", "operator", "ministry", "auditor")]
Author = Annotated[Caller, allow("programmes.write", "provider_specialist", "operator")]
Announcer = Annotated[Caller, allow("groups.announce", "provider_specialist", "operator")]
Door = Annotated[Caller, gateway_only("searches.save")]
DictionaryKeeper = Annotated[Caller, allow("dictionaries.write", "operator")]
