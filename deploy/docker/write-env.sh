#!/bin/sh
# Writes `.env` from `.env.example` with a random secret wherever a value is missing; leaves one that exists alone.
set -eu
cd "$(dirname "$0")/../.."
[ ! -e .env ] || exit 0

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

umask 077
while IFS= read -r line; do
    case $line in
    '#'*) printf '%s\n' "$line" ;;
    *=) printf '%s%s\n' "$line" "$(random)" ;;
    *) printf '%s\n' "$line" ;;
    esac
done <.env.example >.env.unfinished
mv .env.unfinished .env
echo "Wrote .env with new secrets."
