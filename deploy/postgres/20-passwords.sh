#!/bin/sh
# Gives each role its password, read from the container's secrets. Runs once, when the data directory is new.
set -eu

for role in owner web worker backup; do
    PASSWORD="$(cat "/run/secrets/${role}_password")" psql --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" \
        --dbname="$POSTGRES_DB" <<SQL
\getenv password PASSWORD
SET log_statement = 'none';
ALTER ROLE app_${role} PASSWORD :'password';
SQL
done
