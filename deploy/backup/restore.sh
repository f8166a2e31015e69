#!/bin/sh
# Restores the database from its backups; see docs/backup.md, or restore.sh --help.
exec "$(dirname "$0")/../../dev.sh" restore "$@"
