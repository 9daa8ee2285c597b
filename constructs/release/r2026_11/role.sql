-- What monitoring needs and a resource of the operator's cannot say; it may run any number of times.
GRANT pg_monitor TO monitoring;
ALTER ROLE monitoring SET search_path = pg_catalog, public;
DO $$ BEGIN
  -- An owner of the database might have made it beforehand, with functions of its own in it.
  IF EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
             WHERE n.nspname = 'pgsynth_monitoring' AND NOT r.rolsuper) THEN
    RAISE EXCEPTION 'schema pgsynth_monitoring belongs to a role that is no superuser; drop it first';
  END IF;
END $$;
CREATE SCHEMA IF NOT EXISTS pgsynth_monitoring;
CREATE OR REPLACE FUNCTION pgsynth_monitoring.base_backups()
RETURNS TABLE(label text, method text, start_time timestamptz, stop_time timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT substring(c from 'LABEL: ([^\n]*)'), substring(c from 'BACKUP METHOD: ([^\n]*)'),
         substring(c from 'START TIME: ([^\n]*)')::timestamptz,
         substring(c from 'STOP TIME: ([^\n]*)')::timestamptz
  FROM pg_ls_waldir() f, LATERAL pg_read_file('pg_wal/' || f.name) AS c
  WHERE f.name ~ '^[0-9A-F]{24}\.[0-9A-F]{8}\.backup$'
$$;
REVOKE ALL ON FUNCTION pgsynth_monitoring.base_backups() FROM PUBLIC;
GRANT USAGE ON SCHEMA pgsynth_monitoring TO pg_monitor;
GRANT EXECUTE ON FUNCTION pgsynth_monitoring.base_backups() TO pg_monitor;
