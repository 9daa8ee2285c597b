-- Makes the database `new` as the facts in the file FACTS say; nobody but a superuser may enter it.
\set facts `cat "$FACTS"`
SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L', :'new', f->>'owner', f->>'encoding')
  || CASE f->>'provider'
    WHEN 'c' THEN format(' LC_COLLATE %L LC_CTYPE %L', f->>'collate', f->>'ctype')
      || CASE WHEN current_setting('server_version_num')::int >= 150000 THEN ' LOCALE_PROVIDER libc' ELSE '' END
    WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L LC_COLLATE %L LC_CTYPE %L', f->>'locale', f->>'collate', f->>'ctype')
      || CASE WHEN f->>'icurules' IS NOT NULL THEN format(' ICU_RULES %L', f->>'icurules') ELSE '' END
    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L LC_COLLATE %L LC_CTYPE %L', f->>'locale', f->>'collate', f->>'ctype')
    END
  || CASE WHEN f->>'tablespace' <> 'pg_default' THEN format(' TABLESPACE %I', f->>'tablespace') ELSE '' END
  || ' CONNECTION LIMIT 0'
FROM (SELECT :'facts'::jsonb AS f) x \gexec
