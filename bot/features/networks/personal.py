"""What set-up keeps of one person: how a membership was before it was changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from bot.feature import Desk
from bot.features.networks.tables import MembershipBefore
from bot.people import Network


async def exported(desk: Desk, person_id: int) -> Mapping[str, Any]:
    rows = await desk.session.execute(
        select(MembershipBefore, Network.name)
        .join(Network, Network.id == MembershipBefore.network_id)
        .where(MembershipBefore.person_id == person_id)
        .order_by(MembershipBefore.id)
    )
    before = [{"network": name, "changed_at": row.changed_at, "roles_before": row.roles} for row, name in rows]
    return {"memberships_before": before} if before else {}


async def person_erased(desk: Desk, person_id: int) -> None:
    """There is no way back to them."""
    await desk.session.execute(delete(MembershipBefore).where(MembershipBefore.person_id == person_id))
