"""How people type: words out of a line, the wrong keyboard layout, and how far a misprint is from a word."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.catalog.rules.search import folded

LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё" * 2
TO_RUSSIAN = str.maketrans(LATIN, RUSSIAN)
TO_LATIN = str.maketrans(RUSSIAN[:33], LATIN[:33])
MOST_WORDS = 16
ALIKE = {frozenset(pair) for pair in ("ао", "еи", "еэ", "иы", "ия", "тд", "сз", "бп", "вф", "гк", "жш", "шщ", "цс", "ьъ", "яе", "юу")}
"""Letters that are taken for each other by ear."""


@dataclass(frozen=True)
class Chunk:
    """What stands between two spaces, and the words it may mean: as typed first, then as typed in the other layout."""

    typed: str
    variants: tuple[tuple[str, ...], ...]

    def taken(self, known: Collection[str], likely: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
        """The variant whose words are all known; otherwise the one that becomes known when its misprints are mended."""
        for variant in self.variants:
            if all(word in known for word in variant):
                return variant
        for variant in self.variants:
            if all(word in known or word in likely for word in variant):
                return tuple(meant for word in variant for meant in ((word,) if word in known else likely[word]))
        return None


def taken_together(chunks: Sequence[Chunk], known: Collection[str], likely: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """How each chunk is taken; one that nobody knows is in the layout of the line: the other one if a neighbour was."""
    taken = [chunk.taken(known, likely) for chunk in chunks]
    swapped = any(said and "a" <= chunk.typed[0] <= "z" and said[0] > "z" for chunk, said in zip(chunks, taken, strict=True))
    return [said or chunk.variants[len(chunk.variants) > 1 and swapped] for chunk, said in zip(chunks, taken, strict=True)]


def words_in(text: str) -> tuple[str, ...]:
    """Words and numbers of a text; «72ч» is two of them, «педагог-психолог» too."""
    return tuple(re.findall(r"[0-9]+|[a-zа-я]+", folded(text)))


def chunks_of(line: str) -> list[Chunk]:
    """The line cut at spaces; a chunk without letters and digits is left out."""
    chunks, room = [], MOST_WORDS
    for typed in line.split():
        variants = list(dict.fromkeys(filter(None, (words_in(one) for one in (typed, *other_layout(typed))))))
        if variants and room > 0:
            chunks.append(Chunk(folded(typed), tuple(variants)))
            room -= max(len(one) for one in variants)
    return chunks


def other_layout(typed: str) -> list[str]:
    """The same keys in the other layout; a comma or a full stop at the end may be itself or «б» and «ю»."""
    if re.search("[A-Za-z]", typed):
        return [typed.translate(TO_RUSSIAN), typed.strip(",.;:'\"").translate(TO_RUSSIAN)]
    return [typed.lower().translate(TO_LATIN)] if re.search("[А-Яа-яЁё]", typed) else []


def misprint(word: str, meant: str) -> float:
    """How many slips lead from one word to the other: a letter more, less, changed or swapped; half for those heard alike."""
    above: list[float] = []
    row = [float(place) for place in range(len(meant) + 1)]
    for i, letter in enumerate(word, 1):
        twice, above, row = above, row, [float(i)]
        for j, other in enumerate(meant, 1):
            cost = min(
                above[j] + (0.5 if (i > 1 and word[i - 2] == letter) or letter in "ьъ" else 1.0),
                row[j - 1] + (0.5 if (j > 1 and meant[j - 2] == other) or other in "ьъ" else 1.0),
                above[j - 1] + (0.0 if letter == other else 0.5 if frozenset((letter, other)) in ALIKE else 1.0),
            )
            if i > 1 and j > 1 and letter == meant[j - 2] and word[i - 2] == other:
                cost = min(cost, twice[j - 2] + 0.9)
            row.append(cost)
    return row[-1]


def slips_allowed(word: str) -> float:
    """How many slips a word of this length may hide."""
    return 0.0 if len(word) < 4 else 1.0 if len(word) < 6 else 1.5 if len(word) < 9 else 2.5


def begins_alike(word: str, meant: str) -> bool:
    """Whether the first letters are the same, or heard alike, or swapped: people seldom slip at the start, and other words differ there."""
    return word[0] == meant[0] or frozenset((word[0], meant[0])) in ALIKE or word[:2] == meant[1::-1]


def likeliest(word: str, known: list[tuple[str, int]]) -> str | None:
    """The word that was meant, among words with their numbers of programmes: the fewest slips away, or else the likeliest one begun."""
    begun = [(-count, len(one), one) for one, count in known if len(word) >= 4 and one.startswith(word)]
    near = [(misprint(word, one), -count, one) for one, count in known if begins_alike(word, one)]
    slips, _, best = min(near, default=(99.0, 0, ""))
    if slips <= (0.5 if begun else slips_allowed(word)):
        return best
    return min(begun)[2] if begun else None


def splits(word: str) -> list[tuple[str, str]]:
    """The two words that one may be when a space is missing."""
    return [(word[:cut], word[cut:]) for cut in range(3, len(word) - 2)] if 7 <= len(word) <= 40 else []
