-- Shopify tells of a customer with each of its orders: room for the new version of a row on the page of the old one.
alter table customers set (fillfactor = 80);
