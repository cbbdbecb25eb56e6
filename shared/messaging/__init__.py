"""Events out through an outbox and a relay, events in through an inbox, a retry ladder and a parking place."""
