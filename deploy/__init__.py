"""How the suite is started: the launcher's Python side, private servers, broker and database bootstrap, demo data."""
