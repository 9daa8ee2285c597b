-- Settings under which a value has one text, whoever asks, and under which nothing waits or writes.
SET search_path = pg_catalog;
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = iso_8601;
SET TimeZone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = hex;
SET lc_monetary = 'C';
SET xmloption = content;
SET xmlbinary = base64;
SET row_security = off;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET jit = off;
SET default_transaction_read_only = on;
SET max_parallel_workers_per_gather = 0;
SET client_min_messages = warning;
