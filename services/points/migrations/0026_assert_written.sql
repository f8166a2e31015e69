-- Fails a statement that did not write what it was given, so that it can be sent together with its commit. LN001 means that
-- another transaction was faster: the same work may simply run again.
create function assert_written(written bigint, given bigint) returns boolean
  language plpgsql stable as $$
  begin
    if written <> given then
      raise exception 'a row was no longer as it had been read: % of % written', written, given using errcode = 'LN001';
    end if;
    return true;
  end $$;
revoke all on function assert_written(bigint, bigint) from public;
grant execute on function assert_written(bigint, bigint) to loyalnest_points;
