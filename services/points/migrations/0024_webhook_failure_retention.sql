-- Kept bodies name people; they go after a month at the latest, and with their shop's redaction at once.
grant delete on webhook_failures to loyalnest_points;
create index webhook_failures_by_time on webhook_failures (failed_at);
