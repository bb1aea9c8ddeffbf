"""E-mail addresses, links and file names."""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import ambiguous, clinical, family, given, listed
from bot.guard.sheet import Sheet, compiled

_EMAIL = r"""(?<![\w.+%\-])(?:[\p{L}\d]{1,20}[ ](?:dot|punktum|punkt|prikk)[ ])?[\p{L}\d][\w.+%\-]{0,63}
  (?:[ ]?@[ ]?|[ ]?[(\[{<][ ]?(?:at|@|a|krøllalfa|alfakrøll)[ ]?[)\]}>][ ]?|[ ](?:at|krøllalfa
  |alfakrøll)[ ](?=[\w\-]{2,40}(?:\.|[ ]?\(?(?:dot|punktum|punkt|prikk)))|_at_)
  [\p{L}\d][\p{L}\d\-]{0,40}(?:(?:\.|[ ]?[(\[][ ]?(?:dot|punktum|punkt|prikk|\.)[ ]?[)\]][ ]?|[ ](?:dot
  |punktum|punkt|prikk)[ ]|[ ]\.[ ]?)[\p{L}\d][\p{L}\d\-]{0,40}){1,5}"""
_URL = r"""(?i:(?:https?|hxxps?|ftp|sftp|file)://[^\s<>"|]{1,500}|\bwww\.[^\s<>"|]{1,300}
  |(?<![\w@./\-])(?:[a-z0-9\-]{1,40}\.){1,4}(?:no|com|org|net|se|dk|eu|io|uk|de|info)
  (?:/[^\s<>"|]{0,300})?(?![\w@.\-]))"""
_FILE = r"""(?<![\w@./\\\-])(?:[A-Za-z]:\\|\\\\|/|~/)?(?:[\p{L}\d._\-+()&'/\\]{1,120})\.
  (?i:zip|png|jpe?g|gif|bmp|tiff?|heic|pdf|docx?|xlsx?|pptx?|odt|ods|rtf|txt|csv|tsv|dcm|dicom|mp[34]|m4a
  |mov|avi|wav|msg|eml|7z|rar|html?|xml|json)(?![\w])"""
_SIGN = r"""(?i:@|[(\[{<][ ]?a|_at_|alfa|[ ]at[ ](?=[\w\-]{2,40}(?:\.|[ ]?\(?(?:dot|punktum|punkt|prikk))))"""
_BEFORE, _BEHIND = 120, 400
_HOSTED = (".no", ".com", ".org", ".net", ".se", ".dk", ".eu", ".io", ".uk", ".de", ".info", "://", "www.")
_PART = r"\p{Lu}?\p{Ll}{1,40}|\p{Lu}{2,40}"
_SUFFIXES = tuple(
    f".{suffix}"
    for suffix in (
        *("zip", "png", "jpg", "jpeg", "gif", "bmp", "tif", "heic", "pdf", "doc", "xls", "ppt", "odt", "ods", "rtf"),
        *("txt", "csv", "tsv", "dcm", "dicom", "mp3", "mp4", "m4a", "mov", "avi", "wav", "msg", "eml", "7z", "rar"),
        *("htm", "xml", "json"),
    )
)
_DATED = r"""(?<!\d)(?:(?:19|20)\d{2}[.\-_ ]?[01]\d[.\-_ ]?[0-3]\d|[0-3]?\d[.\-_][01]?\d[.\-_](?:19
  |20)?\d{2}|[0-3]\d[01]\d(?:19|20)?\d{2}|\d{8,12})(?!\d)"""


def emails(sheet: Sheet) -> Iterator[Mark]:
    signs = [match.start() for match in sheet.find(_SIGN)]
    for start, end in _windows(signs):
        for match in sheet.find(f"(?i:{_EMAIL})", start, end):
            yield Mark(*match.span(), Label.EMAIL, Outcome.BLOCK, "email")


def _windows(signs: list[int]) -> Iterator[tuple[int, int]]:
    """The stretches where an address may stand, around each sign of one; near ones in one."""
    for place, sign in enumerate(signs):
        if place == 0 or sign - _BEFORE > signs[place - 1] + _BEHIND:
            start = max(0, sign - _BEFORE)
        if place + 1 == len(signs) or signs[place + 1] - _BEFORE > sign + _BEHIND:
            yield start, sign + _BEHIND


def links(sheet: Sheet) -> Iterator[Mark]:
    """A link may lead to a person; guidelines and reference works are let through."""
    if not any(sign in sheet.lower for sign in _HOSTED):
        return
    for match in sheet.find(_URL):
        start, end = match.start(), match.start() + len(match.group().rstrip(".,;:!?)]'"))
        if not _known(match.group()):
            yield Mark(start, end, Label.URL, Outcome.WARN, "link")


def _known(link: str) -> bool:
    host = link.casefold().partition("://")[2] or link.casefold()
    return not listed("reference_sites").isdisjoint(host.partition("/")[0].split(".")[-3:])


def files(sheet: Sheet) -> Iterator[Mark]:
    """A file name carrying a name or a date."""
    if not any(sign in sheet.lower for sign in _SUFFIXES):
        return
    for match in sheet.find(_FILE):
        if compiled(_DATED).search(match.group()):
            yield Mark(*match.span(), Label.FILE, Outcome.BLOCK, "file.dated")
        elif _named(match.group().rpartition(".")[0]):
            yield Mark(*match.span(), Label.FILE, Outcome.BLOCK, "file.named")


def _named(stem: str) -> bool:
    """One sure name, or two that might be."""
    parts = {part.casefold() for part in compiled(_PART).findall(stem) if len(part) > 2}
    known = {part for part in parts if (part in given() or part in family()) and part not in clinical()}
    return bool(known - ambiguous()) or len(known - listed("words")) > 1
