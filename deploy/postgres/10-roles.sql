-- Made by `manage.py database_roles`: run it by psql as a superuser; it may run again without harm.
\set ON_ERROR_STOP on
DO $$ BEGIN CREATE ROLE "app_owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "app_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
DO $$ BEGIN CREATE ROLE "app_web"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "app_web" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE "app_web" SET "statement_timeout" = '30s';
ALTER ROLE "app_web" SET "lock_timeout" = '10s';
ALTER ROLE "app_web" SET "idle_in_transaction_session_timeout" = '60s';
DO $$ BEGIN CREATE ROLE "app_worker"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "app_worker" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE "app_worker" SET "statement_timeout" = '5min';
ALTER ROLE "app_worker" SET "lock_timeout" = '30s';
ALTER ROLE "app_worker" SET "idle_in_transaction_session_timeout" = '60s';
DO $$ BEGIN CREATE ROLE "app_backup"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "app_backup" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS INHERIT;
ALTER ROLE "app_backup" SET "default_transaction_read_only" = 'on';
GRANT pg_read_all_data TO "app_backup";
SELECT 'CREATE DATABASE "safeguard" OWNER "app_owner" ENCODING ''UTF8'' TEMPLATE template0' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'safeguard') \gexec
\connect "safeguard"
ALTER DATABASE "safeguard" OWNER TO "app_owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "app_owner";
GRANT USAGE ON SCHEMA public TO "app_web", "app_worker", "app_backup";
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
CREATE EXTENSION IF NOT EXISTS "fuzzystrmatch";
CREATE EXTENSION IF NOT EXISTS "unaccent";
CREATE EXTENSION IF NOT EXISTS "btree_gin";
CREATE EXTENSION IF NOT EXISTS "btree_gist";
CREATE EXTENSION IF NOT EXISTS "citext";
