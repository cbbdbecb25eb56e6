"""One module per part of the portal, each a router of pages."""
