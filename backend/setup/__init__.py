"""What the Makefile runs: from a bare checkout to a running demonstration or a tested one.

Standard library only in `install` and `demo` (they run before anything is installed); one sentence, never a traceback,
for what a person at the keyboard can mend.
"""
