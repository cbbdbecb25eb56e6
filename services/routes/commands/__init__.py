"""What changes routes: copies of facts, plans, progress, closure, erasure."""
