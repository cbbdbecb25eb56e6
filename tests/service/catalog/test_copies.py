"""What the register hears of others: the newest wins, and erased persons leave nothing."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import text

from shared.contracts.assessment import Competence, FrameworkPublished
from shared.contracts.enrollment import ConsentGranted, ConsentWithdrawn, PersonMerged, TrainingCompleted
from shared.contracts.erasure import CatalogPersonErased
from shared.contracts.routes import EffectMeasured
from tests.service.catalog.conftest import Register
from tests.support.service import Running, envelope_of


def framework(version: int, **titles: str) -> FrameworkPublished:
    competences = [Competence(code=code, title=title, group="методические", labour_functions=["A/01.6"]) for code, title in titles.items()]
    return FrameworkPublished(framework_id=uuid4(), title="Рамка", version=version, competences=competences)


def trained(person: UUID) -> TrainingCompleted:
    return TrainingCompleted(
        application_id=uuid4(), person_id=person, programme_id=uuid4(), provider_id=uuid4(), group_id=uuid4(), organisation_id=uuid4(),
        oktmo="75742000", outcome="completed", hours=36, started_on=date(2026, 9, 1), ended_on=date(2026, 9, 20),
        document_kind="qualification_certificate",
    )  # fmt: skip


def withdrawn(person: UUID) -> ConsentWithdrawn:
    return ConsentWithdrawn(request_id=uuid4(), consent_id=uuid4(), person_id=person, purpose="training", text_version=1, erase=True)


async def rows(service: Running, table: str) -> int:
    async with service.app.state.engine.connect() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_an_older_framework_changes_no_title(register: Register) -> None:
    programme = await register.published(effects=[{"competence": "К1", "share": 0.4}])
    newer, older = framework(2, К1="Новое название"), framework(1, К1="Старое название")
    await register.service.hear(*(envelope_of(one, subject=one.framework_id) for one in (newer, older)))
    card = await register.get(f"/programmes/{programme['id']}")
    assert (card["competences"][0]["title"], card["competences"][0]["section"]) == ("Новое название", "методические")
    assert card["labour_functions"] == [
        {"code": "A/01.6", "title": "Общепедагогическая функция. Обучение", "short": "общепедагогическая функция. Обучение"}
    ]


async def test_a_programme_of_unknown_competences_is_not_published_once_the_framework_is_known(register: Register) -> None:
    frame = framework(1, К1="Компетенция")
    await register.service.hear(envelope_of(frame, subject=frame.framework_id))
    draft = await register.draft(effects=[{"competence": "К2", "share": 0.4}])
    answer = await register.refused("POST", f"/programmes/{draft['id']}/submission", register.specialist)
    assert answer.json()["errors"][0]["message"] == "Нет в действующей рамке компетенций: К2."


async def test_a_measured_effect_stands_beside_the_expected_one(register: Register) -> None:
    programme = await register.published(effects=[{"competence": "К1", "share": 0.4}])
    assert (await register.get(f"/programmes/{programme['id']}"))["competences"][0]["measured"] is None
    for version, mean in ((2, 0.3), (1, 0.9)):
        effect = EffectMeasured(
            effect_id=uuid4(),
            programme_id=programme["id"],
            competence="К1",
            mean=mean,
            low=mean - 0.1,
            high=mean + 0.1,
            n=12,
            version=version,
        )
        await register.service.hear(envelope_of(effect, subject=effect.effect_id, revision=version))
    measured = (await register.get(f"/programmes/{programme['id']}"))["competences"][0]["measured"]
    assert (measured["mean"], measured["n"]) == (0.3, 12)


async def test_an_erased_person_leaves_nothing_and_late_facts_are_dropped(register: Register) -> None:
    person, other_record, stranger = uuid4(), uuid4(), uuid4()
    service = register.service
    granted = ConsentGranted(consent_id=uuid4(), person_id=person, purpose="publication", text_version=1)
    await service.hear(envelope_of(granted, subject=granted.consent_id))
    for one in (person, other_record, stranger):
        await service.hear(envelope_of(trained(one), subject=uuid4()))
    merged = PersonMerged(from_person_id=other_record, into_person_id=person)
    await service.hear(envelope_of(merged, subject=other_record))
    request = withdrawn(person)
    await service.hear(envelope_of(request, subject=request.consent_id, revision=2))
    await service.hear(envelope_of(request, subject=request.consent_id, revision=2))
    said = await service.told(CatalogPersonErased)
    assert len(said) == 1
    event = said[0].event()
    assert isinstance(event, CatalogPersonErased)
    assert (event.request_id, event.erased) == (request.request_id, {"review_rights": 2, "reviews": 0, "publication_consents": 1})
    late = [envelope_of(trained(one), subject=uuid4()) for one in (person, other_record)]
    await service.hear(*late)
    assert (await rows(service, "review_right"), await rows(service, "publication_consent")) == (1, 0)


async def test_an_erasure_reaches_records_merged_later(register: Register) -> None:
    person, other_record = uuid4(), uuid4()
    request = withdrawn(person)
    await register.service.hear(envelope_of(request, subject=request.consent_id))
    await register.service.hear(envelope_of(trained(other_record), subject=uuid4()))
    assert await rows(register.service, "review_right") == 1
    merged = PersonMerged(from_person_id=other_record, into_person_id=person)
    await register.service.hear(envelope_of(merged, subject=other_record))
    assert await rows(register.service, "review_right") == 0
