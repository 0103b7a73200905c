#!/bin/sh
# Writes the secrets that docker-compose.yml hands to the containers. Never changes one that is there.
set -eu
umask 077
cd "$(dirname "$0")/.."
mkdir -p secrets

random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
write() { [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"; }

write database_password "$(random)"
write secret_key "$(random)"
write metrics_token "$(random)"
write database_url "postgresql://helpdesk:$(cat secrets/database_password)@db:5432/helpdesk"
# The containers' user reads them through a bind mount, so the files are open; the directory is not.
chmod 644 secrets/*
