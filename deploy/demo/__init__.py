"""The demonstration region, and the whole loop played through the portal's public API by the people who would do it."""

from deploy.demo.loop import main

__all__ = ["main"]
