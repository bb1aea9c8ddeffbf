"""Hard identifiers in generated variants: noticed nearly always, and hardly anything else taken for them.

Identity numbers are of synthetic series only (month + 80, + 40 on the day for D-numbers); telephone numbers
are drawn at random.
"""

import random
from collections.abc import Callable

import pytest

from bot.guard import Label, Outcome, read

VARIANTS = 400
FRAMES = (
    "Har dere sett {}? Hb 7,2 og fallende.",
    "{} ligger hos oss med pneumoni.",
    "Kvinne 54 år, {}, kjent KOLS.",
    "Spørsmål om behandling ved ITP. {}",
    "kan noen se på {} i dag",
    "({}) prøvesvar foreligger, CRP 212",
    "Vi lurer på\n{}\nog om noen kan svare.",
)


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def synthetic(chance: random.Random, day: int = 0) -> tuple[str, str]:
    return f"{chance.randint(1, 28) + day:02}{chance.randint(81, 92):02}{digits(chance, 2)}", digits(chance, 5)


def written(chance: random.Random, born: str, rest: str) -> str:
    day, month, year = born[:2], born[2:4], born[4:]
    forms = (
        f"{born}{rest}",
        f"{born} {rest}",
        f"{born}-{rest}",
        f"{born} {rest[:3]} {rest[3:]}",
        f"{day}.{month}.{year} {rest}",
        f"{day} {month} {year} {rest}",
        f"{day}.{month}.{year}-{rest}",
        f"{born}\u200b{rest}",
        f"{born}\u00a0{rest}",
        f"{born}\u2013{rest}",
        "\u200b".join(born + rest),
        "".join(chr(0xFF10 + int(d)) for d in born + rest),
        " ".join(born + rest),
        f"{born}.{rest}",
        f"{born}/{rest}",
    )
    return chance.choice(forms)


def fnr(chance: random.Random) -> str:
    return chance.choice(("", "fnr ", "Fnr. ", "fødselsnummer: ", "personnr ")) + written(chance, *synthetic(chance))


def d_number(chance: random.Random) -> str:
    return chance.choice(("", "D-nr ", "d-nummer ", "dnr ")) + written(chance, *synthetic(chance, day=40))


def h_number(chance: random.Random) -> str:
    born = f"{chance.randint(1, 28):02}{chance.randint(41, 52):02}{digits(chance, 2)}"
    return chance.choice(("", "H-nr ", "hjelpenummer ", "H-nummer: ")) + written(chance, born, digits(chance, 5))


def phone(chance: random.Random) -> str:
    number = chance.choice("23456789") + digits(chance, 7)
    mobile = chance.choice("49") + digits(chance, 7)
    cue = chance.choice(("tlf ", "tlf. ", "telefon ", "ring ", "mob ", "Mobil: ", "nås på ", "ringes på ", "sms til "))
    shapes = (
        f"{mobile[:3]} {mobile[3:5]} {mobile[5:]}",
        f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:]}",
        f"+47 {mobile}",
        f"+47 {mobile[:3]} {mobile[3:5]} {mobile[5:]}",
        f"0047{mobile}",
        f"{cue}{number}",
        f"{cue}{number[:4]} {number[4:]}",
        f"{cue}{mobile[:3]}-{mobile[3:5]}-{mobile[5:]}",
        f"{cue}{number[:2]}.{number[2:4]}.{number[4:6]}.{number[6:]}",
        f"{cue}{mobile[:3]}\u00a0{mobile[3:5]}\u00a0{mobile[5:]}",
        f"{cue}+47{mobile}",
        f"{cue}{' '.join(mobile)}",
    )
    return chance.choice(shapes)


def email(chance: random.Random) -> str:
    who = chance.choice(("oda.lien", "o_lien84", "lien", "oda-lien", "Oda.Lien+post"))
    where = chance.choice(("eksempel.no", "post.eksempel.no", "eksempel-klinikk.com", "sykehus.eksempel.org"))
    at = chance.choice(("@", "@", "@", "(at)", " (at) ", "[at]", " @ ", "(krøllalfa)"))
    return f"{who}{at}{where}"


def cued_id(chance: random.Random) -> str:
    cue = chance.choice(
        (
            "NPR-id",
            "NPR",
            "EQS",
            "EQS, sak",
            "Pasient-ID",
            "pasientnr",
            "journalnr",
            "journalnummer:",
            "DIPS-nr",
            "rekvisisjonsnr",
            "prøvenr",
            "saksnr",
            "avvik nr",
            "henvisnings-ID",
        )
    )
    value = chance.choice(
        (
            digits(chance, 10),
            f"2025-{digits(chance, 6)}",
            f"A{digits(chance, 7)}",
            digits(chance, 7),
            f"2024/{digits(chance, 5)}",
        )
    )
    return f"{cue} {value}"


KINDS: dict[Label, tuple[Callable[[random.Random], str], ...]] = {
    Label.FNR: (fnr, d_number, h_number),
    Label.PHONE: (phone,),
    Label.EMAIL: (email,),
    Label.ID: (cued_id,),
}


@pytest.mark.parametrize(("label", "make"), [(label, make) for label, makes in KINDS.items() for make in makes])
def test_nearly_every_variant_blocks(label: Label, make: Callable[[random.Random], str]) -> None:
    chance = random.Random(20260514)
    texts = [chance.choice(FRAMES).format(make(chance)) for _ in range(VARIANTS)]
    missed = [text for text in texts if not read(text).blocked]
    assert len(missed) / VARIANTS <= 0.01, missed[:5]


@pytest.mark.parametrize("make", [fnr, d_number, h_number])
def test_an_identity_number_is_covered_to_its_last_digit(make: Callable[[random.Random], str]) -> None:
    chance = random.Random(7)
    for _ in range(VARIANTS):
        frame = "Innlagt i natt: {} er stabil."
        text = frame.format(make(chance))
        last = max(at for at, char in enumerate(text) if char.isnumeric())
        assert any(find.start <= last < find.end for find in read(text).finds), text


def lab_value(chance: random.Random) -> str:
    def within(low: int, high: int) -> int:
        return chance.randint(low, high)

    shapes = (
        f"HBV-DNA {chance.choice('123456789')}{digits(chance, 7)} IE/ml",
        f"HIV-RNA {chance.choice('23456789')}{digits(chance, 7)} kopier/ml",
        f"Ferritin {chance.choice('23456789')}{digits(chance, 7)} pmol/l",
        f"CK {digits(chance, 5)}, LD {digits(chance, 4)}",
        f"BT {within(90, 210)}/{within(50, 110)}, puls {within(40, 150)}, sat {within(80, 100)} %",
        f"Hb {within(5, 16)},{within(0, 9)}, trc {within(5, 400)}, lkc {within(1, 40)},{within(0, 9)}",
        f"PMID {digits(chance, 8)}",
        f"Na {within(120, 150)} K {within(3, 6)},{within(0, 9)} Ca 2,{within(10, 40)}",
        f"{within(1, 9)}00 mg x {within(1, 4)} i {within(3, 14)} dager",
        f"NCT0{digits(chance, 7)}",
        f"ICD-10 {chance.choice('ABCDEI')}{digits(chance, 2)}.{digits(chance, 1)}",
        f"eGFR {within(8, 90)}, kreatinin {within(50, 900)}",
        f"{within(1, 4)}/{chance.choice((5, 6))} av dosen",
        f"RR {within(100, 200)}-{within(60, 100)}",
        f"amylase {within(1, 20)} {digits(chance, 3)}",
        f"dose {within(2000, 9000)} IE",
        f"D-dimer {within(0, 20)},{within(0, 9)}",
    )
    return chance.choice(shapes)


def test_hardly_anything_else_is_taken_for_an_identifier() -> None:
    chance = random.Random(99)
    texts = [chance.choice(FRAMES).format(lab_value(chance)) for _ in range(5 * VARIANTS)]
    taken = [
        text
        for text in texts
        if any(find.label in KINDS and find.outcome is not Outcome.HINT for find in read(text).finds)
    ]
    assert len(taken) / (len(taken) + 6 * VARIANTS) <= 0.02, taken[:5]
