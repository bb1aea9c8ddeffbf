"""Rewrites: the language of the text decides, what stands around is made to fit, and one rewrite settles a
combination.
"""

import pytest

from bot.guard import Outcome, read, read_fields, rewrite

COMBINATIONS = [
    "Ektemannen er ordfører. De bor i Træna. Kvinne med Fabry.",
    "Kvinne 54 år med ALS, mannen er lensmann i Solund.",
    "Pasienten er sogneprest i Vega. Påvist Pompe i fjor.",
    "Sønnen til rektoren på Røst har Duchenne.",
    "Mann 61 år, tidligere stortingsrepresentant fra Troms, nå med Creutzfeldt-Jakob.",
    "Hun jobber som ordfører på Utsira. Nyoppdaget myelomatose.",
    "Ho er ordførar i Solund og har fått ALS. Eg veit ikkje kva vi skal seie.",
    "Eg har ein pasient frå Fedje, han jobbar som fyrvokter og har Wilsons sjukdom.",
    "Kvinne 44 år med Gaucher. Faren er biskop. Følges på Stord sjukehus.",
    "Mann, 52 år, jobber som urmaker i Lærdal, lungekreft med metastaser.",
    "Jente 9 år fra Utsira med Huntington. Mor er prest, far er fisker.",
    "Fabry hos en redaktør i Namsos, hvem følger slike?",
    "Gift med rådmannen i Hasvik, sklerodermi og nyresvikt.",
    "Hun var landslagsløper, bor i Røros, har Takayasu.",
    "En kjent programleder fra Bergen har fått multippel sklerose.",
    "Kvinne, 38 år, ansatt som havnesjef i Båtsfjord, har Addison.",
    "Han har jobbet som lærer i Vardø i 20 år og har nå Huntington.",
    "Pasienten jobber som brannsjef. Hjemkommunen er Leka. Diagnosen er porfyri.",
    "Mann 71 år med myastenia gravis. Broren er politimester i Vadsø.",
    "Ordfører i Træna, 58 år, kvinne, AML.",
    "Varaordføreren i Loppa er innlagt på UNN med sarkoidose.",
    "Mor til pasienten er rektor ved Fjell skole, han er 14 år og har Pompe.",
    "Han er reindriftsutøver fra Kautokeino, 47 år, med hepatitt B og sirrhose.",
    "Ho arbeider som dyrlege i Solund, 39 år, brucellose.",
    "Kvinne 62 år, organist på Ørland, behandles på St. Olavs hospital for glioblastom.",
    "Sokneprest, 49 år, frå Fedje, innlagd 12. mars på Haukeland, mann med lymfom.",
    "Rektor Nilsen i Vardø har fått Fabry.",
    "Gutt 6 år, far er lensmann, cystisk fibrose, bosatt i Ibestad.",
    "Kvinne 29 år, pappa er statsråd, anoreksi, innlagt ved Modum-Bad.",
    "Er det rimelig med enzymbehandling når sønnen til ordføreren i Vevelstad har Pompe?",
    "Dame 81 år frå Aurland, enke etter lensmannen, ho har Wegener og dialyse på Lærdal sjukehus.",
    "Mann i 50-årene, sjef for kommunen: rådmann i Kvitsøy, Behçet.",
]


def pressing(text: str) -> list[str]:
    return [text[find.start : find.end] for find in read(text).finds if find.outcome is not Outcome.HINT]


@pytest.mark.parametrize("text", COMBINATIONS)
def test_one_rewrite_settles_a_combination(text: str) -> None:
    reading = read(text)
    assert reading.warned or reading.blocked
    assert pressing(rewrite(text, reading)) == []


@pytest.mark.parametrize("text", COMBINATIONS)
def test_one_reading_finds_all_that_has_to_go(text: str) -> None:
    """Nothing new is noticed in the text where only these finds are blotted out."""
    blotted = text
    for find in sorted(read(text).finds, key=lambda find: find.start, reverse=True):
        blotted = blotted[: find.start] + find.instead + blotted[find.end :]
    assert pressing(blotted) == []


def test_role_place_and_diagnosis_may_stand_in_three_fields() -> None:
    fields = {"tittel": "Fabry", "bakgrunn": "Ektemannen er ordfører.", "spørsmål": "De bor i Træna. Enzymbehandling?"}
    readings = read_fields(fields)
    assert readings["bakgrunn"].warned
    assert readings["spørsmål"].warned
    rewritten = {name: rewrite(text, readings[name]) for name, text in fields.items()}
    assert not any(reading.warned for reading in read_fields(rewritten).values())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Kvinne 52 år, hun jobber som ordfører, AML", "Kvinne i 50-årene, hun er i arbeid, AML"),
        ("Han jobbet som urmaker i Lærdal, Fabry", "Han var i arbeid i en kommune, Fabry"),
        ("Han har jobbet som urmaker i Lærdal, Fabry", "Han har vært i arbeid i en kommune, Fabry"),
        ("Mannen er ordfører i Træna", "Mannen er en person i offentlig rolle i en kommune"),
        ("Fabry hos en redaktør i Namsos", "Fabry hos en person i offentlig rolle i en kommune"),
        ("Ho er ordførar i Solund", "Ho er ein person i offentleg rolle i ein kommune"),
        ("Eg har ein mann på 52 år frå Solund", "Eg har ein mann i 50-åra frå ein kommune"),
        ("Ho ligg på Førde sentralsjukehus", "Ho ligg på ein institusjon"),
        ("Skal Solveig ha prednisolon? Eg er ikkje sikker", "Skal pasienten ha prednisolon? Eg er ikkje sikker"),
        ("Guten er 8 år og har ikkje feber", "Guten er i barneskulealder og har ikkje feber"),
        ("Ho ligg på post B3 og er 91 år gammal", "Ho ligg på avdelinga og er over 90 år gammal"),
        ("Eg snakka med broren Tarjei", "Eg snakka med broren"),
        ("Kvinne, fnr 158592 30047, med TTP", "Kvinne, med TTP"),
        ("Fnr: 158592 30047. Kvinne med TTP", "Kvinne med TTP"),
        ("Kvinne med TTP. Tlf 922 14 087.", "Kvinne med TTP."),
        ("Sønnen (tlf. 922 14 087) spør om gentest", "Sønnen spør om gentest"),
        ("Kvinne med TTP, tlf 922 14 087", "Kvinne med TTP"),
        ("fnr 158592 30047", "fnr [fødselsnummer fjernet]"),
        ("Ny kontroll den 3. juni", "Ny kontroll i juni"),
        ("Den 9/9 kom hun inn", "I september kom hun inn"),
        ("Feber fra 14.6", "Feber fra juni"),
        ("I mars 2023 fikk hun stamceller", "I 2023 fikk hun stamceller"),
        ("Hun fikk slag på julaften", "Hun fikk slag i julen"),
        ("Ho fekk slag på julaften", "Ho fekk slag i jula"),
        ("Hun bor på Røst og har astma", "Hun bor i en kommune og har astma"),
        ("Iflg. Nilsen er alt bra. Olsen benekter.", "Iflg. pasienten er alt bra. Pasienten benekter."),
    ],
)
def test_a_rewrite_stays_norwegian(text: str, written: str) -> None:
    assert rewrite(text, read(text)) == written


def test_a_birth_date_after_a_telephone_cue_is_explained_as_a_birth_date() -> None:
    assert [find.why for find in read("Ringe Kari Hansen født 03.05.1992").finds] == ["name.full", "date.born"]
