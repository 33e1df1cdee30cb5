# One PostgreSQL server for the tests of a process: `sh postgres.sh FOLDER [SETTINGS]`. It says `ready`, and runs until its
# standard input ends: that is, until whoever started it is gone, in whatever way. Then nothing of it is left. A line on the
# standard input starts it again after it was killed.
set -eu
folder=$1
settings=${2:-}
cd "$folder"
trap '' INT TERM HUP

initdb=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
[ -n "$initdb" ] || { echo 'PostgreSQL is missing: scripts/setup.sh test installs it' >&2; exit 1; }
bin=$(dirname "$initdb")

# PostgreSQL will not run as root.
as=
if [ "$(id -u)" -eq 0 ]; then
  who=postgres
  id "$who" >/dev/null 2>&1 || who=nobody
  chown -R "$who" "$folder"
  as="setpriv --reuid=$(id -u "$who") --regid=$(id -g "$who") --clear-groups"
fi

$as "$bin/initdb" -D "$folder/data" -U escale -A trust -E UTF8 --locale=C -N >"$folder/initdb.txt" 2>&1 || { cat "$folder/initdb.txt" >&2; exit 1; }
# No power is cut here, so nothing waits for the disk unless the settings say so; a socket in the folder, and no port.
start() {
  $as "$bin/pg_ctl" -D "$folder/data" -l "$folder/log.txt" -w -o "-k '$folder' -c listen_addresses= -c fsync=off -c max_connections=300 -c log_line_prefix='%d %p ' $settings" start >/dev/null || { cat "$folder/log.txt" >&2; exit 1; }
  echo ready
}
start
while read -r _; do
  # The killer has made sure that no process is left. A zombie process would pass for a server.
  rm -f "$folder/data/postmaster.pid" "$folder"/.s.PGSQL.*.lock
  start
done
$as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
rm -rf "$folder"
