"""Pages for people: rendered here, asked of the same public API as everybody's, complete without scripts."""
