from django.contrib.auth.hashers import Argon2PasswordHasher


class MeasuredArgon2(Argon2PasswordHasher):
    """Argon2id as the OWASP cheat sheet first lists it (m=47104 KiB, t=1, p=1): a third of the default's time."""

    memory_cost = 47104
    time_cost = 1
    parallelism = 1
