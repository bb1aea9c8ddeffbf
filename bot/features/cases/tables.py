"""What is kept of a case. Its words are sealed under a key of its own; who, when and how many are not."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import OneOf, Row, UtcDateTime


class CaseState(StrEnum):
    APPEALED = "appealed"  # stopped by the check; the privacy contact decides
    REFUSED = "refused"  # the appeal was turned down, the words are gone
    OPEN = "open"
    CLOSED = "closed"
    ERASED = "erased"


class Case(Row):
    __tablename__ = "clinical_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(30), unique=True)  # "BLOD-26-014"; none before it is released
    sealed_under: Mapped[str] = mapped_column(String(80))  # the vault's subject
    state: Mapped[CaseState] = mapped_column(OneOf(CaseState), index=True)
    asker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    basis: Mapped[str] = mapped_column(String(30))  # the ground the asker affirmed: "anonymous_hpl_23"
    title: Mapped[bytes | None] = mapped_column(LargeBinary)
    background: Mapped[bytes | None] = mapped_column(LargeBinary)
    question: Mapped[bytes | None] = mapped_column(LargeBinary)
    conclusion: Mapped[bytes | None] = mapped_column(LargeBinary)
    age_band: Mapped[str] = mapped_column(String(20))
    wanted_by: Mapped[date | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AskedPerson(Row):
    """Somebody the asker wants to hear from in particular."""

    __tablename__ = "case_asked"
    case_id: Mapped[int] = mapped_column(ForeignKey("clinical_case.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Answering(Row):
    """«Jeg svarer»: somebody is on it."""

    __tablename__ = "case_answering"
    case_id: Mapped[int] = mapped_column(ForeignKey("clinical_case.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Reply(Row):
    """Somebody wrote in the case's thread: who, from where and when. Never what."""

    __tablename__ = "case_reply"
    __table_args__ = (UniqueConstraint("posted"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clinical_case.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted: Mapped[str] = mapped_column(String(400))  # Posted.store(): to take it back, or remove it with the case


class Appeal(Row):
    """The asker disagrees with the check. The reason is sealed with the case, and kept as long as it."""

    __tablename__ = "case_appeal"
    case_id: Mapped[int] = mapped_column(ForeignKey("clinical_case.id"), primary_key=True)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LearningPoint(Row):
    """What the network learnt, without the case: checked like a case, and meant to be found by everybody."""

    __tablename__ = "learning_point"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("clinical_case.id"), unique=True)
    text: Mapped[str]
    survives_erasure: Mapped[bool]  # the asker's choice at closing
    at: Mapped[datetime] = mapped_column(UtcDateTime)
