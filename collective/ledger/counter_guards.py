"""
What the database itself refuses at the counter: an entry of its journal that is in no chain, one dated in a day that is
closed, and a change of the chain or of a closing.
"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register

from backend.lib.guards import Guards

FIXED = ("collective_counterrecord", "collective_closing")
REFUSAL = "what was taken at the counter is never changed: record a mirror entry"
CLOSED = "this day of the counter is closed"
UNCHAINED = "an entry of the counter joins its chain before it is sealed"
OVER = (
    "EXISTS (SELECT 1 FROM collective_closing"
    " WHERE entity_id = NEW.entity_id AND kind = 'day' AND ends_at > NEW.occurred_at)"
)
LOOSE = "NOT EXISTS (SELECT 1 FROM collective_counterrecord WHERE entry_id = NEW.id)"
SEALING = "NEW.journal = 'counter' AND OLD.sealed_at IS NULL AND NEW.sealed_at IS NOT NULL"

GUARDS = Guards(
    name="counter",
    migration=("collective", "0010_invoices"),
    tables=FIXED,
    sqlite={
        **{
            f"{table.removeprefix('collective_')}_never_{word}": f"""
                BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
            for table in FIXED
            for word, event in (("changes", "UPDATE"), ("goes", "DELETE"))
        },
        "counter_day_is_closed": f"""
            BEFORE INSERT ON collective_entry WHEN NEW.journal = 'counter' AND {OVER}
            BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END""",
        "counter_entry_is_chained": f"""
            BEFORE UPDATE ON collective_entry WHEN {SEALING} AND {LOOSE}
            BEGIN SELECT RAISE(ABORT, '{UNCHAINED}'); END""",
    },
    functions={
        "counter_refuse": f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation'; END",
        "counter_day_open": f"""
            BEGIN
                IF NEW.journal = 'counter' AND {OVER} THEN
                    RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END""",
        "counter_chained": f"""
            BEGIN
                IF {SEALING} AND {LOOSE} THEN
                    RAISE EXCEPTION '{UNCHAINED}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END""",
    },
    postgresql={
        **{
            f"{table.removeprefix('collective_')}_never_changes": (
                table,
                f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION counter_refuse()",
            )
            for table in FIXED
        },
        "counter_day_is_closed": (
            "collective_entry",
            "BEFORE INSERT ON collective_entry FOR EACH ROW EXECUTE FUNCTION counter_day_open()",
        ),
        "counter_entry_is_chained": (
            "collective_entry",
            "BEFORE UPDATE ON collective_entry FOR EACH ROW EXECUTE FUNCTION counter_chained()",
        ),
    },
)


@register(Tags.database)
def check_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Fail `check --database default` and `migrate` when the counter's chain could be changed."""
    return [fault for alias in databases or () for fault in GUARDS.faults(alias)]
