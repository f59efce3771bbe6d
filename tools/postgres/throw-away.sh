#!/bin/sh
# A throw-away PostgreSQL for tests: its own cluster in its own folder, reached through a socket there and by no network, with nothing
# flushed to disk; with the word `durable`, flushed as in a force, for measurements and for tests that kill it. Prints the address of
# the cluster on one line; stops, and removes everything, when standard input ends: whoever started it may be killed and leaves nothing
# behind.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ] && command -v initdb >/dev/null; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ]; then
    echo "PostgreSQL is not installed; run: cargo xtask setup (or apt-get install postgresql)" >&2
    exit 2
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/proviso-pg.XXXXXX")
# PostgreSQL refuses to run as root.
as=""
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as="runuser -u postgres --"
fi
cd "$folder"

strike() {
    trap - EXIT INT TERM HUP
    $as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    cd /
    rm -rf "$folder"
}
trap strike EXIT
trap 'exit 1' INT TERM HUP

if ! $as "$bin/initdb" -D "$folder/data" -U proviso -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1; then
    cat "$folder/initdb.log" >&2
    exit 2
fi
settings="-k $folder -c listen_addresses= -c max_connections=400"
if [ "${1:-}" = durable ]; then
    settings="$settings -c shared_buffers=256MB -c max_wal_size=4GB"
else
    settings="$settings -c fsync=off -c full_page_writes=off -c shared_buffers=64MB"
fi
if ! $as "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" -o "$settings" start >/dev/null 2>&1 </dev/null; then
    cat "$folder/server.log" >&2
    exit 2
fi
echo "postgres://proviso@localhost/postgres?host=$folder"
# Until standard input ends.
cat >/dev/null || true
