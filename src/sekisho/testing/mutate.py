"""Spoiling texts: small changes that people and programs make, and some that only the wicked make."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

NASTY = (
    "", " ", "\t", "\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x7f", "\x85", "\u2028", "\ufeff", "\u200b", "\u202e",
    "\ufffe", "\ud7ff", "𝟚", "٣", "İ", "ﬁ", "é", "：", "“", "'", '"', "`", "```", "```rule x\n", "~~~", "---", "\n---\n",
    "...", "#", "{#a}", "|", ">", "&a", "*a", "<<: *a", "!!python/object:os.system", "!", "%YAML 1.1", "? ", "- ", "-",
    ":", ": ", ",", "[", "]", "{", "}", "[[[[", "{{{{", "null", "~", "true", "no", "on", "unknown", "nan", ".inf", "-0",
    "1e999", "1_000", "0x1F", "0o17", "1:30:00", "9" * 25, "9" * 5000, "2024-02-30", "0000-00-00", "9999-12-31", "20240-01-01",
    "2024-02-29", "\\", "\\ud800", "\\x", "\\u0000", "and", "or", "unless", "not", "all of", "any of", "none of", "when", "is",
    "is one of", "this-state", "exception to", "in force from", "cite", "permit", "lift", "prohibit", "claim consent",
    "reads as", "judges", "A" * 300, "(" * 60, ";", '"""', "'''", "=", "$(x)", "../../x", "<script>", "%s", "{0}",
)  # fmt: skip
"""What is put into texts: signs with a meaning in one of the formats, odd characters, odd values."""


def spoil(rng: Random, text: str, *, changes: int = 4, most: int = 20_000) -> str:
    """The text with up to so many random changes, at most `most` characters long.

    Example:
        >>> from random import Random
        >>> spoil(Random(1), "a: 1") == spoil(Random(1), "a: 1")
        True
    """
    for _ in range(rng.choice((1, 1, 2, changes))):
        text = rng.choice(_WAYS)(rng, text)[:most]
    return text


def spoil_bytes(rng: Random, data: bytes) -> bytes:
    """The bytes with some of them changed, cut or put in another encoding."""
    dice = rng.random()
    if dice < 0.1:
        return data.decode("utf-8", "replace").encode(
            rng.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1252")), "replace"
        )
    if dice < 0.2:
        return rng.randbytes(rng.randint(0, 400))
    found = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(found) + 1)
        if rng.random() < 0.5:
            found[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        else:
            found[at : at + 1] = bytes([rng.choice((0, 9, 10, 13, 0x80, 0xC0, 0xED, 0xFF, 0xEF, 0x20))])
    return bytes(found)


def _span(rng: Random, text: str) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + rng.choice((0, 1, 1, 2, 5, 20, 100)))


def _drop(rng: Random, text: str) -> str:
    start, end = _span(rng, text)
    return text[:start] + text[end:]


def _double(rng: Random, text: str) -> str:
    start, end = _span(rng, text)
    return text[:end] + text[start:end] + text[end:]


def _put(rng: Random, text: str) -> str:
    start, end = _span(rng, text)
    return text[:start] + rng.choice(NASTY) + text[end if rng.random() < 0.5 else start :]


def _sign(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    code = rng.choice((rng.randrange(128), rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)))
    return text[:at] + chr(code) + text[at + 1 :]


def _cut(rng: Random, text: str) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _lines(change: Callable[[Random, list[str]], None]) -> Callable[[Random, str], str]:
    def way(rng: Random, text: str) -> str:
        lines = text.split("\n")
        change(rng, lines)
        return "\n".join(lines)

    return way


def _swap(rng: Random, lines: list[str]) -> None:
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _repeat(rng: Random, lines: list[str]) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))


def _lose(rng: Random, lines: list[str]) -> None:
    del lines[rng.randrange(len(lines))]


def _indent(rng: Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    lines[at] = (
        rng.choice((" ", "  ", "    ", "\t", "      ")) + lines[at] if rng.random() < 0.6 else lines[at].lstrip()
    )


def _value(rng: Random, lines: list[str]) -> None:
    """Put something else where a value stands."""
    at = rng.randrange(len(lines))
    for sign in (": ", " = ", ",", " "):
        head, found, _ = lines[at].partition(sign)
        if found:
            lines[at] = head + sign + rng.choice(NASTY)
            return


def _word(rng: Random, text: str) -> str:
    words = text.split(" ")
    words[rng.randrange(len(words))] = rng.choice((*words[:50], *NASTY))
    return " ".join(words)


def _deep(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    opened = rng.choice(("[", "{", "(", "- ", '{"a":', "> ", "a:\n ", "  - any of\n"))
    return text[:at] + opened * rng.choice((20, 200, 1500)) + text[at:]


_WAYS: tuple[Callable[[Random, str], str], ...] = (
    _drop, _drop, _double, _put, _put, _put, _sign, _sign, _cut, _word, _word, _deep,
    _lines(_swap), _lines(_repeat), _lines(_lose), _lines(_indent), _lines(_value), _lines(_value), _lines(_value),
)  # fmt: skip
