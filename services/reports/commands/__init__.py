"""What changes the read models: facts heard, persons merged and erased, and a rebuild of everything."""
