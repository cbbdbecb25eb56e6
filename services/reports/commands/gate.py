"""The gate before the read models: many may read and add facts at once; who moves persons or swaps tables is alone for a moment."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

GATE = 0x_D90_0003


async def enter(session: AsyncSession) -> None:
    """Share the read models until the transaction ends."""
    await session.execute(text(f"SELECT pg_advisory_xact_lock_shared({GATE})"))


async def shut(session: AsyncSession) -> None:
    """Have the read models alone until the transaction ends."""
    await session.execute(text(f"SELECT pg_advisory_xact_lock({GATE})"))
