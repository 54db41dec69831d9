#!/bin/sh
# Prints the browser for the tests of pages: the first Chromium on the PATH. Where there is none, root installs Debian's, and everybody else is told how.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core; } >&2 && command -v chromium && exit 0
fi
echo "there is no Chromium on the PATH: install it (Debian: apt-get install chromium; others: https://www.chromium.org) and run this again" >&2
exit 2
