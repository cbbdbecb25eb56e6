"""Pure decisions of enrollment: no input or output, time is an argument."""
