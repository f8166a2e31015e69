-- An installation that begins to deliver its events in another way forgets how far the readers of before were.
grant delete on outbox_cursors to loyalnest_auth;
