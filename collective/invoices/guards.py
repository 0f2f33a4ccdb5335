"""
What the database itself refuses in the invoices: a change, a deletion, a number that does not follow the last one.

A credit note corrects an invoice; nothing else does (CGI art. 289 I 5).
"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register

from backend.lib.guards import Guards

FIXED = ("collective_invoice", "collective_invoicepaper")
REFUSAL = "an invoice is never changed: issue a credit note"
GAP = "an invoice takes the number after the last one of its series"
LAST = (
    "(SELECT COALESCE(MAX(seq), 0) FROM collective_invoice"
    " WHERE entity_id = NEW.entity_id AND series = NEW.series AND year = NEW.year)"
)

GUARDS = Guards(
    name="invoices",
    migration=("collective", "0010_invoices"),
    tables=FIXED,
    sqlite={
        **{
            f"{table.removeprefix('collective_')}_never_{word}": f"""
                BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
            for table in FIXED
            for word, event in (("changes", "UPDATE"), ("goes", "DELETE"))
        },
        "invoice_leaves_no_gap": f"""
            BEFORE INSERT ON collective_invoice WHEN NEW.seq <> {LAST} + 1
            BEGIN SELECT RAISE(ABORT, '{GAP}'); END""",
    },
    functions={
        "invoice_refuse": f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation'; END",
        "invoice_number": f"""
            BEGIN
                IF NEW.seq <> {LAST} + 1 THEN
                    RAISE EXCEPTION '{GAP}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END""",
    },
    postgresql={
        **{
            f"{table.removeprefix('collective_')}_never_changes": (
                table,
                f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION invoice_refuse()",
            )
            for table in FIXED
        },
        "invoice_leaves_no_gap": (
            "collective_invoice",
            "BEFORE INSERT ON collective_invoice FOR EACH ROW EXECUTE FUNCTION invoice_number()",
        ),
    },
)


@register(Tags.database)
def check_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Fail `check --database default` and `migrate` when an invoice could be changed."""
    return [fault for alias in databases or () for fault in GUARDS.faults(alias)]
