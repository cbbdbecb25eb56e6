"""Cards for machines: schema.org objects as JSON-LD that stands inside a script element."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

Card = Mapping[str, Any]
MODES = {"distance": "Online", "full_time": "Onsite", "blended": "Blended"}
GOVERNING = ("ministry", "municipal_authority", "agency")
ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
REGION = "Челябинская область"


def script(thing: Card) -> Markup:
    """The object as text that no word in it can end the script element with."""
    said = {"@context": "https://schema.org", **{name: value for name, value in thing.items() if value not in ([], "")}}
    return Markup(json.dumps(said, ensure_ascii=False).translate(ESCAPED))


def course(programme: Card, groups: Iterable[Card], *, portal: str) -> dict[str, Any]:
    """A `Course` with an instance for every group whose enrolment is open or to come; `portal` is the address before paths."""
    address, provider = f"{portal}/programmes/{programme['id']}", programme["provider"]
    audience = programme["audience"]
    return {
        "@type": "Course",
        "@id": address,
        "url": address,
        "name": programme["title"],
        "description": programme["annotation"] or programme["title"],
        "courseCode": programme["code"],
        "inLanguage": "ru",
        "timeRequired": hours(programme["hours"]),
        "isAccessibleForFree": programme["fee"] == 0,
        "provider": named("EducationalOrganization", provider["name"], f"{portal}/organisations/{provider['id']}"),
        "educationalCredentialAwarded": programme["document"]["title"],
        "audience": {
            "@type": "EducationalAudience",
            "educationalRole": "teacher",
            "audienceType": ", ".join(one["title"] for one in audience["positions"]) or "Педагогические работники",
        },
        "about": [one["title"] for one in audience["subjects"]],
        "educationalLevel": [one["title"] for one in audience["levels"]],
        "teaches": [{"@type": "DefinedTerm", "termCode": one["code"], "name": one["title"]} for one in programme["competences"]],
        "syllabusSections": [
            {"@type": "Syllabus", "name": one["title"], "timeRequired": hours(one["hours"])} for one in programme["outline"]
        ],
        "offers": offer(programme, f"{address}/application"),
        "aggregateRating": rated(programme.get("rating")),
        "hasCourseInstance": [instance(programme, one, address) for one in groups if one["enrolment"] != "closed"],
    }


def rated(rating: Card | None) -> dict[str, Any] | str:
    """An `AggregateRating` when there is one to show."""
    if not rating:
        return ""
    return {"@type": "AggregateRating", "ratingValue": rating["mean"], "reviewCount": rating["n"], "bestRating": 5, "worstRating": 1}


def instance(programme: Card, group: Card, address: str) -> dict[str, Any]:
    """One group of a course: when, where, how, and whether there is a seat."""
    said = {
        "@type": "CourseInstance",
        "@id": f"urn:uuid:{group['id']}",
        "name": programme["title"],
        "courseMode": MODES.get(group["form"]["code"], "Blended"),
        "courseWorkload": hours(programme["hours"]),
        "startDate": group["starts"],
        "endDate": group["ends"],
        "location": place(group, address),
        "offers": offer(programme, f"{address}/application?group={group['id']}")
        | {
            "availability": availability(group),
            "availabilityStarts": group["enrolment_opens"],
            "availabilityEnds": group["enrolment_closes"],
        },
    }
    if seats := group["seats"]:
        said |= {"maximumAttendeeCapacity": seats["capacity"], "remainingAttendeeCapacity": seats["free"]}
    return said


def hours(count: int) -> str:
    """Academic hours as an ISO 8601 duration."""
    return f"PT{count}H"


def offer(programme: Card, address: str) -> dict[str, Any]:
    """What a learner pays, in roubles."""
    fee = programme["fee"]
    return {"@type": "Offer", "category": "Paid" if fee else "Free", "price": fee, "priceCurrency": "RUB", "url": address}


def availability(group: Card) -> str:
    if group["enrolment"] == "not_yet":
        return "https://schema.org/PreOrder"
    full = group["seats"] is not None and group["seats"]["free"] <= 0
    return "https://schema.org/SoldOut" if full else "https://schema.org/InStock"


def place(group: Card, address: str) -> dict[str, Any]:
    if group["form"]["code"] == "distance":
        return {"@type": "VirtualLocation", "url": address}
    name = group["place"] or group["municipality"] or REGION
    return {"@type": "Place", "name": name, "address": postal(group["place"], group["municipality"])}


def event(card: Card, *, portal: str) -> dict[str, Any]:
    """An `Event` with where it takes place, whose it is, and whether it still will."""
    address = f"{portal}/events/{card['id']}"
    where: list[dict[str, Any]] = []
    if card["place"]:
        where.append({"@type": "Place", "name": card["place"], "address": postal(card["place"], card["municipality"])})
    if card["link"]:
        where.append({"@type": "VirtualLocation", "url": card["link"]})
    mode = "Mixed" if len(where) == 2 else "Online" if card["link"] else "Offline"
    said = {
        **named("EducationEvent", card["title"], address),
        "description": card["annotation"],
        "startDate": card["starts"],
        "endDate": card["ends"],
        "eventStatus": f"https://schema.org/Event{'Cancelled' if card['status'] == 'cancelled' else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "location": where,
        "organizer": named("Organization", card["organiser"]["name"], f"{portal}/organisations/{card['organiser']['id']}"),
        "inLanguage": "ru",
        "isAccessibleForFree": True,
        "teaches": [{"@type": "DefinedTerm", "termCode": one["code"], "name": one["title"]} for one in card["competences"]],
    }
    if card["capacity_asked"]:
        said["maximumAttendeeCapacity"] = card["capacity_asked"]
    return said


def news_article(card: Card, *, portal: str) -> dict[str, Any]:
    """A `NewsArticle` with who says it and since when."""
    address, said = f"{portal}/news/{card['id']}", card["organisation"]
    publisher = named("Organization", said["name"], f"{portal}/organisations/{said['id']}")
    article = {"@type": "NewsArticle", "@id": address, "url": address, "headline": card["title"], "description": card["lead"]}
    return {**article, "datePublished": card["published_at"] or "", "author": publisher, "publisher": publisher, "inLanguage": "ru"}


def organisation(card: Card, above: Card | None, *, portal: str) -> dict[str, Any]:
    """An `EducationalOrganization`, or a `GovernmentOrganization` for whoever governs schools; `above` is what it belongs to."""
    address = f"{portal}/organisations/{card['id']}"
    numbers = (("ОГРН", card["ogrn"]), ("КПП", card["kpp"]))
    former = dict.fromkeys(one["name"] for one in card["names"] if one["name"] != card["name"])
    said = {
        **named(kind_of(card), card["name"], address),
        "alternateName": [card["short_name"], *former],
        "address": postal(card["address"], card["municipality"]),
        "identifier": [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in numbers if value],
    }
    if card["inn"]:
        said["taxID"] = card["inn"]
    for name, field in (("sameAs", "site"), ("telephone", "phone"), ("email", "email")):
        if card[field]:
            said[name] = card[field]
    if above:
        said["parentOrganization"] = named(kind_of(above), above["name"], f"{portal}/organisations/{above['id']}")
    return said


def kind_of(card: Card) -> str:
    return "GovernmentOrganization" if card["kind"]["code"] in GOVERNING else "EducationalOrganization"


def named(kind: str, name: str, address: str) -> dict[str, Any]:
    return {"@type": kind, "@id": address, "url": address, "name": name}


def postal(street: str | None, municipality: str | None) -> dict[str, Any]:
    parts = {"streetAddress": street, "addressLocality": municipality, "addressRegion": REGION, "addressCountry": "RU"}
    return {"@type": "PostalAddress", **{name: value for name, value in parts.items() if value}}
