"""E-mail addresses that a letter can really go to: the same rule where one is typed, stored and written to."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"  # as RFC 5322 has it, without «?»: «=?» begins an encoded word
ADDRESS = rf"{ATOM}(\.{ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"


def is_address(text: str) -> bool:
    return re.fullmatch(ADDRESS, text) is not None


def address(text: str) -> str:
    """The text itself, when it is an address."""
    if not is_address(text):
        raise PydanticCustomError("email", "not an address that a letter can go to")
    return text


Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(address)]
