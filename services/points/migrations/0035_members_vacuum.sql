-- Each event changes a row here, and lists of few are read from their indexes alone where the rows' pages are known to be old.
alter table members set (autovacuum_vacuum_scale_factor = 0.05);
