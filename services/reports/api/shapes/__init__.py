"""What is answered: figures with `as_of`; a cell too small to be shown has null figures and `suppressed`."""
