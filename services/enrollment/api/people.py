"""Who may call: the callers that routes name."""

from typing import Annotated

from shared.access import Caller, allow, everyone, gateway_only

DECIDERS = ("school_specialist", "municipal_specialist", "agency_specialist", "provider_specialist", "operator")
"""Whoever decides about applications."""

Anyone = Annotated[Caller, everyone("enrollment.read")]
Gateway = Annotated[Caller, gateway_only("learners.register")]
NameReader = Annotated[Caller, gateway_only("names.read", "teacher", *DECIDERS, "auditor")]
Self = Annotated[Caller, allow("learners.self", "teacher")]
Learning = Annotated[Caller, allow("applications.submit", "teacher", consent="training")]
Decider = Annotated[Caller, allow("applications.decide", *DECIDERS)]
Employer = Annotated[Caller, allow("applications.appoint", "school_specialist", "municipal_specialist", "agency_specialist", "operator")]
QueueReader = Annotated[Caller, allow("applications.read", *DECIDERS, "auditor")]
CardReader = Annotated[Caller, allow("applications.card", "teacher", *DECIDERS, "auditor")]
Provider = Annotated[Caller, allow("orders.sign", "provider_specialist", "operator")]
RosterReader = Annotated[Caller, allow("roster.read", "provider_specialist", "operator", "auditor")]
Watcher = Annotated[Caller, allow("erasures.read", "operator", "auditor")]
