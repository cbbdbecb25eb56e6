"""A group, a programme and an organisation as the register tells them, with words that would be markup; a page that shows them."""

from datetime import UTC, date, datetime
from typing import Any

from gateway.portal.frame import Frame
from gateway.portal.templates import ENVIRONMENT

PORTAL, TODAY = "https://dpo.example", date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
EVIL = 'Курс </script><script>alert("1")</script> & «ещё»'


def coded(code: str, title: str = "") -> dict[str, str]:
    return {"code": code, "title": title or code, "short": title or code}


def group(number: int, **changed: Any) -> dict[str, Any]:
    """A group as lists and its own page show it."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "starts": "2026-12-01",
        "ends": "2026-12-18",
        "enrolment_opens": "2026-11-01",
        "enrolment_closes": "2026-11-28",
        "enrolment": "open",
        "capacity_asked": 25,
        "form": coded("full_time", "очно"),
        "municipality": "Миасский ГО",
        "place": "ул. Романенко, 1; каб. 5",
        "contact_phone": None,
        "contact_email": None,
        "status": "announced",
        "seats": {"capacity": 25, "held": 5, "taken": 10, "waiting": 0, "free": 10},
        "programme": {"id": "p1", "code": "ПК-26-0107", "title": EVIL, "hours": 36, "published_at": "2026-10-02T20:00:00Z"},
        "provider": {"id": "o1", "name": "Институт", "short_name": "Институт"},
        "timetable": [],
        "revision": 3,
        **changed,
    }


def programme(**changed: Any) -> dict[str, Any]:
    return {
        "id": "p1",
        "code": "ПК-26-0107",
        "title": EVIL,
        "annotation": EVIL,
        "goal": "",
        "teachers": [],
        "files": [],
        "register_number": None,
        "hours": 36,
        "fee": 0,
        "document": coded("qualification_certificate", "Удостоверение о повышении квалификации"),
        "audience": {"positions": [coded("teacher", "Учитель")], "subjects": [coded("mathematics", "Математика")], "levels": []},
        "competences": [{"code": "ПРЕД-1", "title": "Числа"}],
        "outline": [{"title": "Дроби", "hours": 8, "content": ""}],
        "provider": {"id": "o1", "name": "Институт", "short_name": "Институт"},
        **changed,
    }


def register_card(**changed: Any) -> dict[str, Any]:
    return {
        "id": "o1",
        "code": "institute",
        "kind": coded("provider", "Организация дополнительного профессионального образования"),
        "name": EVIL,
        "short_name": "Институт",
        "previous_name": "Прежний институт",
        "valid_from": "2020-01-01",
        "inn": "7451234567",
        "kpp": None,
        "ogrn": "1027400000000",
        "oktmo": "75701000",
        "municipality": "Челябинский ГО",
        "authority_id": "o0",
        "agency_id": None,
        "address": "ул. Красноармейская, 88",
        "site": "https://institute.example",
        "phone": "+7 (351) 200-00-00",
        "email": "info@institute.example",
        "founder": None,
        "licence": {"number": "Л035-01", "issued": "2020-02-14", "authority": "Министерство", "status": "active"},
        "changed_at": "2026-11-20T20:00:00Z",
        "above": [{"id": "o0", "short_name": "Минобр", "kind": coded("ministry")}],
        "status": "active",
        "merged_into": None,
        "revision": 2,
        "names": [
            {"valid_from": "2020-01-01", "name": EVIL, "short_name": "Институт"},
            {"valid_from": "2004-05-01", "name": "Прежний институт", "short_name": "ПИ"},
        ],
        "programmes": 7,
        **changed,
    }


ABOVE = {"id": "o0", "kind": coded("ministry"), "name": "Министерство", "short_name": "Минобр"}


def shown(template: str, **facts: Any) -> str:
    frame = Frame(path="/organisations/o1", query="", today=TODAY)
    return ENVIRONMENT.get_template(template).render(frame=frame, section="", doors=(), issuers=1, title="Название", **facts)
