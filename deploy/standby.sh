#!/bin/sh
# Follows the PostgreSQL at PGHOST as its standby; where there is no data folder it copies that server first. PGUSER and PGPASSWORD: the administrator's.
# It never begins to take writes by itself: a person decides that (docs/more-servers.md).
set -eu
if [ ! -e "$PGDATA" ]; then
    # A copy that was cut off would start as a server of its own, so it gets its name when it is whole and says that it follows.
    rm -rf "$PGDATA.part"
    pg_basebackup --pgdata="$PGDATA.part" --wal-method=stream --checkpoint=fast
    touch "$PGDATA.part/standby.signal"
    mv "$PGDATA.part" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c "primary_conninfo=host=$PGHOST port=${PGPORT:-5432} user=$PGUSER application_name=standby" "$@"
