-- No query compares what these columns hold, so PostgreSQL need not learn which values are common: reading and sorting them
-- was two thirds of what it took to analyse a table of some 70,000 orders, on a core that orders need.
alter table orders
  alter column snapshot set statistics 0,
  alter column refunds set statistics 0,
  alter column award set statistics 0;
alter table outbox alter column payload set statistics 0;
