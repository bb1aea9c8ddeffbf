"""The words that dates are written with, in bokmål, nynorsk and English, small letters."""

from collections.abc import Mapping


def any_of(words: Mapping[str, int]) -> str:
    """The longest first, so that "fre" does not stop "fredag"."""
    return "|".join(sorted(words, key=len, reverse=True))


WEEKDAYS: Mapping[str, int] = {
    word: day
    for day, words in enumerate(
        (
            "mandag måndag monday man mån mon",
            "tirsdag tysdag tuesday tirs tys tir tue tues",
            "onsdag wednesday ons wed",
            "torsdag thursday tors tor thu thur thurs",
            "fredag friday fre fri",
            "lørdag laurdag saturday lør lau sat",
            "søndag sundag sunday søn sun",
        )
    )
    for word in words.split()
}

MONTHS: Mapping[str, int] = {
    word: month
    for month, words in enumerate(
        (
            "januar january jan",
            "februar february feb febr",
            "mars march mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "desember december des dec",
        ),
        start=1,
    )
    for word in words.split()
}

NUMBERS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "en ei ein et eit én éin one a an",
            "to two",
            "tre three",
            "fire four",
            "fem five",
            "seks six",
            "sju syv seven",
            "åtte eight",
            "ni nine",
            "ti ten",
            "elleve eleven",
            "tolv twelve",
        ),
        start=1,
    )
    for word in words.split()
} | {"fjorten": 14, "fourteen": 14}

DAYS = "dag|dager|dagar|day|days"
WORKING_DAYS = "virkedager|virkedagar|arbeidsdager|arbeidsdagar|virkedag|arbeidsdag|yrkedager|yrkedagar|working days?"
WEEKS = "uke|uker|veke|veker|week|weeks"
MONTHS_LONG = "måned|måneder|månad|månader|mnd|month|months"
YEARS = "år|year|years"
WEEKDAY = rf"(?P<weekday>{any_of(WEEKDAYS)})(?:en|n)?\.?"
MONTH = rf"(?P<month>{any_of(MONTHS)})\.?"
COUNT = rf"(?P<count>[0-9]{{1,3}}|{any_of(NUMBERS)})"
