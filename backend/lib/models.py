from backend.lib.outbox_models import OutboxRow

__all__ = ["OutboxRow"]
