"""The exact planner of one person's route: pure rules over plain values, no I/O, standard library only."""
