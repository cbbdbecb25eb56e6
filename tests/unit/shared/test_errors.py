"""What is malformed is told in words that help: the limit that is not kept, or how the field is written."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, StringConstraints

from shared import errors
from shared.errors import written

app = FastAPI()
errors.install(app)


class Probe(BaseModel):
    code: Annotated[str, StringConstraints(pattern=written("^[A-Z]*$", "Только заглавные латинские буквы."), max_length=3)] = ""
    other: Annotated[str, Field(pattern="^x")] = "x"
    number: Annotated[int, Field(ge=2, lt=9)] = 2
    few: Annotated[list[int], Field(max_length=1)] = []


@app.post("/")
async def probed(probe: Probe) -> None: ...


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"code": "a"}, "Только заглавные латинские буквы."),
        ({"code": "ABCD"}, "Слишком длинный текст: знаков не больше 3."),
        ({"other": "y"}, "Недопустимое значение."),
        ({"number": 1}, "Число должно быть не меньше 2."),
        ({"number": 9}, "Число должно быть меньше 9."),
        ({"number": "x"}, "Здесь должно быть целое число."),
        ({"few": [1, 2]}, "Слишком много: не больше 1."),
        ({"number": {}}, "Здесь должно быть целое число."),
    ],
)
async def test_a_malformed_value_is_told_in_words(body: dict[str, Any], message: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://probe") as http:
        answer = await http.post("/", json=body)
    assert (answer.status_code, [one["message"] for one in answer.json()["errors"]]) == (422, [message])
