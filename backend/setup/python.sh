#!/bin/sh
# Run `python "$@"` with the first Python that is new enough, or say in one sentence that there is none.
# A candidate counts only when it really runs: version managers leave stubs that exist and answer nothing.
# PYTHON=/some/python chooses one; MOYEU_CANDIDATES is for the tests.
set -eu

found=""
for candidate in ${PYTHON:-${MOYEU_CANDIDATES:-python3 python3.13 python3.12 python3.11 python3.14 python}}; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        exec "$candidate" "$@"
    fi
    found="${found:+$found, }$candidate is $version"
done

if [ -n "$found" ]; then
    echo "Moyeu needs Python 3.11 or newer, and here $found: install a newer one, or name it with make PYTHON=/path/to/python3." >&2
else
    echo "Moyeu needs Python 3.11 or newer, and none was found: install it, or name it with make PYTHON=/path/to/python3." >&2
fi
exit 1
