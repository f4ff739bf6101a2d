"""Outcomes by year as a chart: a bar a year, a stretch of it an outcome; plain SVG that needs no script."""

from __future__ import annotations

from html import escape

from sekisho.batch.sheet import COLOURS
from sekisho.batch.summary import Summary

_ORDER = ("free", "may-be-permitted", "presumed-denied", "prohibited", "undetermined", "")
_LEFT, _BAR, _GAP, _WIDE, _TOP = 64, 18, 8, 560, 56


def draw(summary: Summary) -> str:
    """The chart as SVG.

    Example:
        >>> summary = Summary(3)
        >>> summary.years.update({("2024", "free"): 1, ("2024", "prohibited"): 2})
        >>> draw(summary).count("<rect")
        4
    """
    years = sorted({year for year, _ in summary.years if year})
    words = [word for word in _ORDER if any(summary.years[year, word] for year in years)]
    totals = {year: sum(summary.years[year, word] for word in words) for year in years}
    most = max(totals.values(), default=1)
    height = _TOP + len(years) * (_BAR + _GAP) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDE + 90} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12">',
        "<title>Outcomes by year</title>",
        f"<desc>{escape(_told(summary, years, words))}</desc>",
    ]
    across = _LEFT
    for word in words:
        label = word or "set aside"
        parts.append(f'<rect x="{across}" y="16" width="12" height="12" fill="{COLOURS[word][1]}"/>')
        parts.append(f'<text x="{across + 18}" y="26">{label}</text>')
        across += 36 + 7 * len(label)
    for line, year in enumerate(years):
        top = _TOP + line * (_BAR + _GAP)
        parts.append(f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">{escape(year)}</text>')
        start = float(_LEFT)
        for word in words:
            count = summary.years[year, word]
            if count:
                wide = count / most * _WIDE
                title = f"{year}, {word or 'set aside'}: {count:,}"
                parts.append(
                    f'<rect x="{start:.1f}" y="{top}" width="{wide:.1f}" height="{_BAR}" fill="{COLOURS[word][1]}">'
                    f"<title>{escape(title)}</title></rect>"
                )
                start += wide
        parts.append(f'<text x="{start + 6:.1f}" y="{top + 13}">{totals[year]:,}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _told(summary: Summary, years: list[str], words: list[str]) -> str:
    said = [
        f"{year}: "
        + ", ".join(f"{summary.years[year, w]:,} {w or 'set aside'}" for w in words if summary.years[year, w])
        for year in years
    ]
    return "; ".join(said)
