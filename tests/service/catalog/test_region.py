"""The schools of a whole region are imported by their operator, as the launcher does it."""

from deploy.demo.region import HEADINGS, schools
from services.catalog.rules.sheet_writing import as_csv
from tests.service.catalog.conftest import MIASS, Register
from tests.service.catalog.test_imports import applied


async def test_the_schools_of_a_whole_region_are_imported(register: Register) -> None:
    await register.organisation(code=f"muo-{MIASS}", kind="municipal_authority", oktmo=MIASS)
    run = await applied(register, as_csv(HEADINGS, [next(schools([MIASS]))]), "organisations", register.operator)
    assert run["counts"] == {"rows": 1, "new": 1, "changed": 0, "same": 0, "errors": 0}
