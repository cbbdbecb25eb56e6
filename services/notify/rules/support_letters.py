"""What the letter says that answers a request to the operator."""

from typing import Any

from services.notify.rules.letters import Letter, rows


def request_answered(facts: dict[str, Any]) -> Letter:
    return Letter(
        f"Ответ на обращение № {facts['number']}",
        facts["answer"],
        rows=rows(("Вы писали", facts["words"])),
        action="Открыть помощь",
        path="/help",
        why="Письмо отправлено, потому что вы написали оператору портала. Отвечать на него не нужно.",
    )


RULES = {rule.__name__: rule for rule in (request_answered,)}
