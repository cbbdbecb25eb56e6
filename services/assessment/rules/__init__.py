"""Pure decisions of assessment: what may enter the bank, what may happen in an attempt, what a result says."""
