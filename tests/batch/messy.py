"""A spreadsheet as an export-control desk gets it: a title above the headings, names in every spelling,
days in every form, blanks, slips of the fingers. The same bytes of text for the same seed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

HEADINGS = ("Order No.", "Order date", "Customer", "Destination", "Goods", "Qty", "Value (JPY)", "End user",
            "Consideration", "On control list?", "Weapon", "Remarks")  # fmt: skip

_WHERE = {
    "USA": ["United States", "USA", "US", "U.S.A.", "united states of america", "アメリカ"],
    "PHL": ["Philippines", "the Philippines", "PHL", "PHILIPPINES "],
    "GBR": ["United Kingdom", "UK", "Great Britain", "gb"],
    "AUS": ["Australia", "AUS", "australia"],
    "IDN": ["Indonesia", "IDN", "インドネシア"],
    "IND": ["India", "IND"],
    "ITA": ["Italy", "ITA"],
    "UKR": ["Ukraine", "UKR", "ウクライナ"],
    "VNM": ["Viet Nam", "Vietnam"],
    "KOR": ["South Korea", "Korea, Republic of", "KOR"],
    "PRK": ["North Korea", "PRK"],
    "RUS": ["Russia", "Russian Federation"],
    "SSD": ["South Sudan"],
    "ISR": ["Israel"],
    "CIV": ["Cote d'Ivoire", "Côte d’Ivoire"],
}
_WHAT = [
    "Patriot PAC-3", "patriot-pac3", "PAC-3", "Mogami frigate", "F-15 engine", "155mm shell", "155 mm artillery shells",
    "bulletproof vest", "helmets", "gas mask", "air surveillance radar", "FPS-3", "C-2 transport", "US-2 seaplane",
    "winter uniforms", "rations", "tents", "generators", "small drone", "SM-3 Block IIA", "F-35 components",
    "Type 12 anti-ship missile", "GCAP", "mine detectors", "sdf-truck", "UH-1 parts", "TC-90 aircraft", "Binoculars",
]  # fmt: skip
_DAYS = [
    lambda d: d,
    lambda d: datetime.combine(d, datetime.min.time()),
    lambda d: d.isoformat(),
    lambda d: d.strftime("%d.%m.%Y"),
    lambda d: d.strftime("%d %b %Y"),
    lambda d: d.strftime("%B %d, %Y"),
    lambda d: d.strftime("%Y/%m/%d"),
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: d.strftime("%Y%m%d"),
]
_SLIPS = [
    ("Destination", "Ukrane"), ("Destination", "Untied States"), ("Destination", "TBC"), ("Goods", "Patroit PAC-3"),
    ("Goods", "hydraulic press, model 7"), ("Order date", "next spring"), ("Order date", "03/04/2024"),
    ("Order date", ""), ("Weapon", "perhaps"), ("Consideration", "barter"), ("Destination", "Japan"),
]  # fmt: skip


def orders(count: int = 400, seed: int = 1) -> list[list[object]]:
    """The rows of the sheet, title and headings included; about one in thirty cannot be understood."""
    rng = Random(seed)
    rows: list[list[object]] = [["Orders for review", "", "as of", date(2026, 10, 31)], [], list(HEADINGS)]
    for number in range(1, count + 1):
        day = date(2014, 4, 1) + timedelta(days=rng.randrange(4500))
        row: dict[str, object] = {
            "Order No.": number if rng.random() < 0.8 else f"A-{number:04}",
            "Order date": rng.choice(_DAYS)(day),
            "Customer": rng.choice(["Ministry of Defence", "Coast Guard", "Navy", "private buyer", ""]),
            "Destination": rng.choice(rng.choice(list(_WHERE.values()))),
            "Goods": rng.choice(_WHAT),
            "Qty": rng.randrange(1, 500),
            "Value (JPY)": round(rng.random() * 1e8),
            "End user": rng.choice(["government", "Armed Forces", "company", "", "armed-forces", "-"]),
            "Consideration": rng.choice(["sale", "Sale", "grant", "", "n/a", "loan"]),
            "On control list?": "",
            "Weapon": "",
            "Remarks": rng.choice(["", "", "urgent", "see mail of 3 May", "=HYPERLINK(…)"]),
        }
        if number % 31 == 0:
            name, slip = _SLIPS[number // 31 % len(_SLIPS)]
            row[name] = slip
        if number % 97 == 0:
            row |= {"Goods": "hydraulic press, model 7", "On control list?": "no", "Weapon": "no"}
        rows.append(list(row.values()))
        if number % 150 == 0:
            rows.append([])
    return rows


def write(path: Path, count: int = 400, seed: int = 1) -> None:
    """The sheet as a workbook."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("Orders")
    style = book.add_format({"num_format": "dd/mm/yyyy"})
    for line, row in enumerate(orders(count, seed)):
        for at, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line, at, value, style)
            else:
                sheet.write(line, at, value)
    book.close()


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 400)
