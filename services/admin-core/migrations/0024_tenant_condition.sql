-- The merchants of a transaction are compared beside the index, not in it (loyalnest.tenant_condition): PostgreSQL sorted them
-- for each key that it looked up, which took longer than the look-up itself once a batch had orders of a hundred merchants.
-- Several tables at once: it gives way long before PostgreSQL looks for deadlocks, and tries again.
set local lock_timeout = 300;
call loyalnest.separate_tenants_anew();
