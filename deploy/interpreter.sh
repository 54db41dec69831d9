#!/bin/sh
# Prints the Python for .venv: the first 3.12 or 3.11 with venv on the PATH, unless another one is at least a quarter quicker. Builds without the
# compiler's profile (pyenv's, unless told otherwise) take almost twice the time for everything that Tanggap does, so each candidate is measured.
# One inside a virtual environment is refused: it goes away when .venv is made anew.
set -f
chosen='' quickest=''
measure='
import sys, venv, ensurepip, time
if not (3, 11) <= sys.version_info[:2] <= (3, 12) or sys.prefix != sys.base_prefix:
    sys.exit(1)
def work():
    began = time.perf_counter()
    for number in range(40_000):
        {"number": number, "text": str(number)}
    return time.perf_counter() - began
print(int(min(work() for _ in range(7)) * 1_000_000))
'
IFS=:
for name in python3.12 python3.11 python3; do
    for folder in $PATH; do
        candidate=${folder:-.}/$name
        [ -x "$candidate" ] || continue
        took=$("$candidate" -I -c "$measure" 2>/dev/null) || continue
        case $took in '' | *[!0-9]*) continue ;; esac
        if [ -z "$chosen" ] || [ $((took * 5 / 4)) -lt "$quickest" ]; then
            chosen=$candidate quickest=$took
        fi
    done
done
[ -n "$chosen" ] || { echo "Tanggap needs Python 3.11 or 3.12 with venv: install it (for example python3.12 and python3.12-venv)" >&2; exit 2; }
echo "$chosen"
