"""A room that is no longer a network's may be let go though a possible breach was seen in it"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROOM = "fk_possible_breach_room_id_room"


def upgrade() -> None:
    with op.batch_alter_table("possible_breach", schema=None) as batch_op:
        batch_op.alter_column("room_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.drop_constraint(batch_op.f(ROOM), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f(ROOM), "room", ["room_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("possible_breach", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(ROOM), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f(ROOM), "room", ["room_id"], ["id"])
        batch_op.alter_column("room_id", existing_type=sa.INTEGER(), nullable=False)
