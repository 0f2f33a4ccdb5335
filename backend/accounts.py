"""How allauth behaves here: codes one can read out."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.crypto import get_random_string


class AccountAdapter(DefaultAccountAdapter):
    def generate_login_code(self) -> str:
        """Six digits, easy to read out and to type; three tries, ten minutes."""
        return get_random_string(6, "0123456789")
