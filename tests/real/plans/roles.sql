-- Roles of the cluster, before the nasty database is made.
CREATE ROLE "Owner O'Neil" LOGIN;
CREATE ROLE app_ro LOGIN;
CREATE ROLE app_rw LOGIN;
CREATE ROLE writer LOGIN;
CREATE ROLE gone_role;
CREATE ROLE pooler LOGIN;
