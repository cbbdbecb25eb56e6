"""Pure decisions of the register: no I/O, time is an argument."""
