-- By which rules a shop's projections were made. Days count orders when they were placed from version 2 on; shops that were
-- built before keep their rows until they are built anew, and a process of the version before builds what it builds as 1.
alter table projected_shops add column rules_version integer not null default 1;
