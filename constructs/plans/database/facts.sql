-- Everything that belongs to a database and that no dump of the database carries, as one JSON object. Run in the database
-- `postgres`; `db` is the name.
SELECT jsonb_build_object(
  'name', d.datname, 'oid', d.oid::bigint, 'owner', pg_get_userbyid(d.datdba), 'encoding', pg_encoding_to_char(d.encoding),
  'collate', d.datcollate, 'ctype', d.datctype,
  -- Their columns have other names in each major.
  'provider', coalesce(to_jsonb(d)->>'datlocprovider', 'c'),
  'locale', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'),
  'icurules', to_jsonb(d)->>'daticurules', 'collversion', to_jsonb(d)->>'datcollversion',
  'tablespace', t.spcname, 'connlimit', d.datconnlimit, 'allowconn', d.datallowconn, 'istemplate', d.datistemplate,
  'comment', shobj_description(d.oid, 'pg_database'), 'size', pg_database_size(d.oid),
  -- No rights that were said are not the same as no rights.
  'acl', CASE WHEN d.datacl IS NOT NULL THEN (
    SELECT coalesce(jsonb_agg(jsonb_build_array(
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
      a.privilege_type, a.is_grantable, pg_get_userbyid(a.grantor)) ORDER BY a.grantor <> d.datdba, a.grantor::text,
      a.grantee::regrole::text, a.privilege_type), '[]') FROM aclexplode(d.datacl) a) END,
  'settings', (
    SELECT jsonb_agg(jsonb_build_array(coalesce(pg_get_userbyid(nullif(s.setrole, 0)), ''), split_part(c, '=', 1),
      substr(c, position('=' in c) + 1)) ORDER BY pg_get_userbyid(nullif(s.setrole, 0)) NULLS FIRST, c)
    FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE s.setdatabase = d.oid),
  'seclabels', (
    SELECT jsonb_agg(jsonb_build_array(provider, label) ORDER BY provider) FROM pg_shseclabel l
    WHERE l.objoid = d.oid AND l.classoid = 'pg_database'::regclass),
  'roles', (
    SELECT jsonb_agg(DISTINCT r.rolname) FROM pg_roles r
    WHERE r.oid IN (
        SELECT refobjid FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass
          AND (dbid = d.oid OR (dbid = 0 AND classid = 'pg_database'::regclass AND objid = d.oid)))
      OR r.oid = d.datdba OR r.oid IN (SELECT setrole FROM pg_db_role_setting WHERE setdatabase = d.oid)),
  'slots', (SELECT jsonb_agg(slot_name ORDER BY slot_name) FROM pg_replication_slots WHERE database = d.datname AND NOT temporary),
  'subscriptions', (SELECT jsonb_agg(subname ORDER BY subname) FROM pg_subscription WHERE subdbid = d.oid),
  'prepared', (SELECT jsonb_agg(gid ORDER BY gid) FROM pg_prepared_xacts WHERE database = d.datname),
  'sessions', (SELECT count(*) FROM pg_stat_activity WHERE datid = d.oid)
) FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = :'db';
