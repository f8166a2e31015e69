-- The time zone that PostgreSQL counts a shop's days in, found once when the shop is built.
alter table projected_shops add column zone text;
update projected_shops set zone = known_timezone(timezone);
alter table projected_shops alter column zone set not null;
