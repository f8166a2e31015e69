-- Indexes beside the primary keys begin with what they look up. Every query names its merchant twice, once itself and once
-- by row-level security, and the planner multiplies the two: it takes any index that begins with the merchant for one row,
-- and may read all of a merchant's sign-ins to find one of them (as in points, 0025).
drop index sign_ins_by_user;
create index sign_ins_by_user on sign_ins (user_id, merchant_id) where ended_at is null;
drop index refresh_tokens_by_sign_in;
create index refresh_tokens_by_sign_in on refresh_tokens (sign_in_id, merchant_id);
drop index refresh_tokens_by_access_token;
create index refresh_tokens_by_access_token on refresh_tokens (access_token_id, merchant_id);
