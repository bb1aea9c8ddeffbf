"""Text that can be erased honestly: each subject has a data key, wrapped by a key from the settings.

Erasing destroys the data key, so that every copy in the database and its backups is unreadable; a ledger outside
the database says which keys are gone, and is played again after a restore (backups hold wrapped keys).
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import LargeBinary, String, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage import FORGOTTEN, Row

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32  # bytes, AES-256
NONCE = 12  # bytes, NIST SP 800-38D
BEGINNING = b'{"erased": "'  # of every line of the ledger


class Erased(Exception):
    """The key is gone, and the text with it."""


class Unopened(Exception):
    """The text could not be opened: a wrapping key is missing from the settings, or the bytes were changed."""


class LedgerSpoilt(Exception):
    """A line of the ledger says nothing that can be understood: what was erased is not known for certain."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class KeyFault(StrEnum):
    """Why a wrapping key that the database needs is of no use."""

    MISSING = "missing"
    WRONG = "wrong"


class DataKey(Row):
    __tablename__ = "data_key"
    __table_args__ = {"info": FORGOTTEN}  # noqa: RUF012 - SQLAlchemy's way
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)  # "case:17"
    wrapped_by: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class Ledger:
    """Erasures, one JSON line each, outside the database. Holds subjects and times, nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self) -> None:
        """An empty ledger, for a database that is made now: from then on a missing one means that it was lost."""
        self.path.touch()

    def write(self, subject: str, at: datetime) -> None:
        """Durable when it returns. Raises OSError where it cannot be: then nothing may be erased.

        The folder is not made: a disk that is not mounted must be noticed."""
        line = json.dumps({"erased": subject, "at": at.isoformat()}) + "\n"
        with self.path.open("a+b") as file:
            file.write((b"\n" if _is_cut_short(file) else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())

    def subjects(self) -> set[str]:
        """A line cut short by a crash is passed over: its erasure was never acknowledged. Raises `LedgerSpoilt`."""
        if not self.path.exists():
            return set()
        lines = enumerate(self.path.read_bytes().split(b"\n"), start=1)
        return {subject for number, line in lines if (subject := _subject_in(line, number))}


class Vault:
    """Seals and opens. Wrapping keys by name, newest first; new data keys are wrapped by the newest."""

    def __init__(self, keys: Mapping[str, bytes], ledger: Ledger) -> None:
        if not keys:
            raise ValueError("FAGTRAAD_KEYS is empty: case texts cannot be kept without a key")
        self._keys = dict(keys)
        self._newest = next(iter(keys))
        self._ledger = ledger

    @property
    def newest(self) -> str:
        """The name of the key that wraps what is new."""
        return self._newest

    @property
    def names(self) -> tuple[str, ...]:
        """Of the wrapping keys, newest first."""
        return tuple(self._keys)

    def mark(self, text: str) -> str:
        """Names a text without saying it: only who has the wrapping key could try it against guesses.

        Another key in front gives other marks: what was shown before is shown, and confirmed, once more."""
        key = self._keys[self._newest]
        return hmac.new(key, b"mark:" + text.encode(errors="replace"), hashlib.sha256).hexdigest()[:16]

    async def new_subject(self, session: AsyncSession, kind: str) -> str:
        """A subject with a fresh key, such as "case:9f86d081884c7d65". Never reused, not even after a restore."""
        subject = f"{kind}:{secrets.token_hex(8)}"
        key = secrets.token_bytes(KEY)
        wrapped = _encrypt(self._keys[self._newest], key, subject)
        await session.execute(insert(DataKey).values(subject=subject, wrapped_by=self._newest, wrapped=wrapped))
        return subject

    async def seal(self, session: AsyncSession, subject: str, field: str, text: str) -> bytes:
        """Bytes that only this subject's key and this field's name open again. Raises `Erased`, `Unopened`."""
        return _encrypt(await self._key(session, subject), text.encode(), f"{subject}/{field}")

    async def open(self, session: AsyncSession, subject: str, field: str, sealed: bytes) -> str:
        """Raises `Erased` when the key was destroyed, `Unopened` when it cannot be used."""
        return _decrypt(await self._key(session, subject), sealed, f"{subject}/{field}").decode()

    async def erase(self, session: AsyncSession, subject: str, at: datetime) -> None:
        """Destroy the key. The ledger comes first: an erasure that a restore would undo is none."""
        self._ledger.write(subject, at)
        await session.execute(delete(DataKey).where(DataKey.subject == subject))

    def wrapped_anew(self, wrapped_by: str, wrapped: bytes, subject: str) -> bytes:
        """The same data key, wrapped by the newest wrapping key. Raises `Unopened`."""
        return _encrypt(self._keys[self._newest], self._unwrap(wrapped_by, wrapped, subject), subject)

    def fault_of(self, name: str) -> KeyFault:
        """Why a wrapping key of that name did not open what it should have."""
        return KeyFault.WRONG if name in self._keys else KeyFault.MISSING

    def erased(self, kind: str) -> set[str]:
        """Every subject of that kind that the ledger says is erased: for what has no key of its own ("person:…").
        Raises `LedgerSpoilt`."""
        return {subject for subject in self._ledger.subjects() if subject.startswith(f"{kind}:")}

    async def replay(self, session: AsyncSession) -> list[str]:
        """Destroy again what the ledger says was erased (after a restore). Returns the subjects that had come back."""
        erased = self._ledger.subjects()
        back = sorted(set(await session.scalars(select(DataKey.subject))) & erased)
        for subject in back:
            await session.execute(delete(DataKey).where(DataKey.subject == subject))
        return back

    async def key_faults(self, session: AsyncSession) -> dict[str, KeyFault]:
        """The names of wrapping keys that data keys were wrapped by and that do not open them. One of each is tried."""
        first = select(func.min(DataKey.subject)).group_by(DataKey.wrapped_by)
        faults = {}
        for row in await session.execute(select(DataKey.__table__).where(DataKey.subject.in_(first))):
            try:
                self._unwrap(row.wrapped_by, row.wrapped, row.subject)
            except Unopened:
                faults[row.wrapped_by] = self.fault_of(row.wrapped_by)
        return faults

    async def has_lost_its_ledger(self, session: AsyncSession) -> bool:
        """Whether there are keys, and yet no ledger: it is begun with the database, so it was there once."""
        return not self._ledger.path.exists() and bool(await session.scalar(select(exists(select(DataKey.subject)))))

    async def _key(self, session: AsyncSession, subject: str) -> bytes:
        row = (
            await session.execute(select(DataKey.wrapped_by, DataKey.wrapped).where(DataKey.subject == subject))
        ).one_or_none()
        if row is None:
            raise Erased
        return self._unwrap(row.wrapped_by, row.wrapped, subject)

    def _unwrap(self, wrapped_by: str, wrapped: bytes, subject: str) -> bytes:
        wrapping = self._keys.get(wrapped_by)
        if wrapping is None:
            raise Unopened
        return _decrypt(wrapping, wrapped, subject)


def _subject_in(line: bytes, number: int) -> str | None:
    """The subject that a line of the ledger says is erased; none in an empty line, or in one cut short."""
    try:
        entry = json.loads(line) if line.strip() else {"erased": ""}
    except ValueError as error:  # UnicodeDecodeError is one
        if line.startswith(BEGINNING[: len(line)]) and not line.endswith(b"}"):
            return None
        raise LedgerSpoilt(number) from error
    subject = entry.get("erased") if isinstance(entry, dict) else None
    if not isinstance(subject, str):
        raise LedgerSpoilt(number)
    return subject or None


def _is_cut_short(file: BinaryIO) -> bool:
    """Whether a crash left half a line at the end, which the next one would be lost in."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _aes(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # its library is loaded when first needed

    return AESGCM(key)


def _encrypt(key: bytes, plain: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + _aes(key).encrypt(nonce, plain, bound_to.encode())


def _decrypt(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return _aes(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: cut short
        raise Unopened from error
