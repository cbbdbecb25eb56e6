"""What enrollment keeps: persons and consents, applications and seats, suggestions, and copies of what others said."""

from services.enrollment.tables import applications, people, register, routes
from services.enrollment.tables.base import Base

__all__ = ["Base", "applications", "people", "register", "routes"]
