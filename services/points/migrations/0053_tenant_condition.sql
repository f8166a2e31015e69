-- The merchants of a transaction are compared beside the index, not in it (loyalnest.tenant_condition): PostgreSQL sorted them
-- for each key that it looked up, a sixth of what it took for an order when orders of many merchants came together.
-- Several tables at once: it gives way long before PostgreSQL looks for deadlocks, and tries again.
set local lock_timeout = 300;
call loyalnest.separate_tenants_anew();
