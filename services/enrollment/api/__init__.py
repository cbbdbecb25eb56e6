"""The HTTP side: every route declares its permission, loads nothing, decides nothing."""
