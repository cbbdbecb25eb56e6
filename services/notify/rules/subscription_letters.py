"""What letters about saved searches say: one that asks for a confirmation, and the digest of what is new."""

from typing import Any

from services.notify.rules.letters import Letter

MOST_LISTED = 20
KINDS = {"programme": "Новая программа", "group": "Новый поток", "event": "Мероприятие", "news": "Новость", "procedure": "Диагностика"}


def subscription_asked(facts: dict[str, Any]) -> Letter:
    """Asks whoever reads this address whether they want it; `confirm` is the path that says yes."""
    return Letter(
        "Подтвердите подписку на новые программы",
        f"Кто-то попросил сообщать на этот адрес о новых программах по запросу «{facts['title']}». "
        "Если это вы, подтвердите подписку в течение двух дней. Если нет, ничего не делайте: писем не будет, а адрес мы удалим.",
        action="Подтвердить подписку",
        path=facts["confirm"],
        why="Письмо отправлено один раз, потому что этот адрес указали на портале.",
    )


def saved_search(facts: dict[str, Any]) -> Letter:
    """What appeared since the last letter: `items` of title, kind and path."""
    items = facts["items"]
    rest = len(items) - MOST_LISTED
    lead = f"По вашему запросу «{facts['title']}» появилось новое." + (f" Ещё {rest} — на странице поиска." if rest > 0 else "")
    return Letter(
        "Новое по вашему запросу",
        lead,
        links=tuple((KINDS[one["kind"]], one["title"], one["path"]) for one in items[:MOST_LISTED]),
        action="Открыть поиск",
        path=facts["path"],
        why="Письмо отправлено, потому что вы подписались на этот запрос.",
    )


RULES = {rule.__name__: rule for rule in (subscription_asked, saved_search)}
