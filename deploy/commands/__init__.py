"""The launcher's commands, one module each; every one has `main(arguments) -> int`."""
