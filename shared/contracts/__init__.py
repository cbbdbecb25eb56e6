"""Every event of the suite; importing this package fills `CATALOGUE`."""

from shared.contracts import assessment, catalog, enrollment, erasure, gateway, notify, routes
from shared.contracts.base import CATALOGUE, Envelope, Event

__all__ = ["CATALOGUE", "Envelope", "Event", "assessment", "catalog", "enrollment", "erasure", "gateway", "notify", "routes"]
