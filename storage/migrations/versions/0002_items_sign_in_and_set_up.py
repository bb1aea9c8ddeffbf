"""Items with owners, roles and history; sign-in; search; set-up; what people decide for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_run",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_retention_run")),
    )
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("needs_case_access", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_search_entry_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_search_entry_kind_ref")),
    )
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_entry_network_id_needs_case_access"),
            ["network_id", "needs_case_access"],
            unique=False,
        )

    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_person_id"), ["person_id"], unique=False)

    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("sealed_under", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("gone", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_erasure_request_decided_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    with op.batch_alter_table("erasure_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_request_person_id"), ["person_id"], unique=False)

    op.create_table(
        "member_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_under", sa.String(length=80), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_member_import_by_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_member_import_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
    )
    with op.batch_alter_table("member_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_import_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_import_network_id"), ["network_id"], unique=False)

    op.create_table(
        "membership_before",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("case_access_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_access_by", sa.Integer(), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_access_by"], ["person.id"], name=op.f("fk_membership_before_case_access_by_person")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_membership_before_changed_by_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_membership_before_network_id_network")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_before_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_before")),
    )
    with op.batch_alter_table("membership_before", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_before_network_id"), ["network_id"], unique=False)

    op.create_table(
        "search_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_search_answer_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_answer")),
    )
    with op.batch_alter_table("search_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_answer_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_answer_person_id"), ["person_id"], unique=False)

    op.create_table(
        "search_word",
        sa.Column("stem", sa.LargeBinary(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("back", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["search_entry.id"], name=op.f("fk_search_word_entry_id_search_entry")),
        sa.PrimaryKeyConstraint("stem", "entry_id", name=op.f("pk_search_word")),
    )
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_word_back_entry_id"), ["back", "entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_word_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_link_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "web_attachment",
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["web_message.id"], name=op.f("fk_web_attachment_message_web_message")),
        sa.PrimaryKeyConstraint("message", "number", name=op.f("pk_web_attachment")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=30), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session_previous_hash"), ["previous_hash"], unique=False)

    op.create_table(
        "action_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("did", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("text_before", sa.String(), nullable=True),
        sa.Column("sealed_before", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_action_change_by_person")),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name=op.f("fk_action_change_item_id_action_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_change")),
        sa.UniqueConstraint("item_id", "version", name=op.f("uq_action_change_item_id_version")),
    )
    with op.batch_alter_table("action_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_change_by"), ["by"], unique=False)

    op.create_table(
        "action_mute",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name=op.f("fk_action_mute_item_id_action_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_action_mute_person_id_person")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_action_mute")),
    )
    with op.batch_alter_table("action_mute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_mute_person_id"), ["person_id"], unique=False)

    op.create_table(
        "action_role",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name=op.f("fk_action_role_item_id_action_item")),
        sa.PrimaryKeyConstraint("item_id", "role", name=op.f("pk_action_role")),
    )
    with op.batch_alter_table("action_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_time", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("until_meeting", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_action_item_network_id_state_due"), ["network_id", "state", "due"], unique=False
        )

    with op.batch_alter_table("network", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_meeting", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_network_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_network_parent_id_network"), "network", ["parent_id"], ["id"])

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quiet_from", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("quiet_until", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("operator", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("mark", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_mark"), ["mark"], unique=True)

    with op.batch_alter_table("possible_breach", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("handled_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_possible_breach_handled_by_person"), "person", ["handled_by"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("possible_breach", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_possible_breach_handled_by_person"), type_="foreignkey")
        batch_op.drop_column("handled_by")
        batch_op.drop_column("handled_at")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_mark"))
        batch_op.drop_column("erased_at")
        batch_op.drop_column("mark")
        batch_op.drop_column("operator")
        batch_op.drop_column("quiet_until")
        batch_op.drop_column("quiet_from")

    with op.batch_alter_table("network", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_network_parent_id_network"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_network_parent_id"))
        batch_op.drop_column("ends_on")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("next_meeting")

    with op.batch_alter_table("action_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_item_network_id_state_due"))
        batch_op.drop_column("version")
        batch_op.drop_column("until_meeting")
        batch_op.drop_column("due_time")

    op.drop_table("action_role")
    with op.batch_alter_table("action_mute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_mute_person_id"))

    op.drop_table("action_mute")
    with op.batch_alter_table("action_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_change_by"))

    op.drop_table("action_change")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_previous_hash"))
        batch_op.drop_index(batch_op.f("ix_web_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_web_session_expires_at"))

    op.drop_table("web_session")
    op.drop_table("web_attachment")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_person_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_link_expires_at"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_word_entry_id"))
        batch_op.drop_index(batch_op.f("ix_search_word_back_entry_id"))

    op.drop_table("search_word")
    with op.batch_alter_table("search_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_answer_person_id"))
        batch_op.drop_index(batch_op.f("ix_search_answer_at"))

    op.drop_table("search_answer")
    with op.batch_alter_table("membership_before", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_before_network_id"))

    op.drop_table("membership_before")
    with op.batch_alter_table("member_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_import_network_id"))
        batch_op.drop_index(batch_op.f("ix_member_import_at"))

    op.drop_table("member_import")
    with op.batch_alter_table("erasure_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasure_request_person_id"))

    op.drop_table("erasure_request")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_person_id"))
        batch_op.drop_index(batch_op.f("ix_absence_deputy_id"))

    op.drop_table("absence")
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_entry_network_id_needs_case_access"))

    op.drop_table("search_entry")
    op.drop_table("retention_run")
