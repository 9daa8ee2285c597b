-- Only for a cluster that was restored to a time: whether its history says that the time was reached. Spilo restores again
-- without the time where the archive ends before it, and the cluster comes up as if all were well.
CREATE OR REPLACE FUNCTION pgsynth_monitoring.restore_reached(wanted timestamptz)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT bool_or(coalesce(substring(line from E'\tbefore (.*)$')::timestamptz >= wanted, false))
  FROM pg_ls_waldir() f, LATERAL regexp_split_to_table(pg_read_file('pg_wal/' || f.name), E'\n') line
  WHERE f.name ~ '^[0-9A-F]{8}\.history$' AND line ~ '\S'
$$;
REVOKE ALL ON FUNCTION pgsynth_monitoring.restore_reached(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgsynth_monitoring.restore_reached(timestamptz) TO pg_monitor;
