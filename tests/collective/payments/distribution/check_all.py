from io import StringIO

from django.core.management import CommandError, call_command


def check_ledger() -> str:
    """Return what the command finds wrong; nothing when all is well."""
    out = StringIO()
    try:
        call_command("check_ledger", stdout=out)
    except CommandError:
        return out.getvalue()
    return ""
