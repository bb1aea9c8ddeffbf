from tests.worlds import world, world_at

__all__ = ["world", "world_at"]
