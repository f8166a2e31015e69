call loyalnest.create_event_tables('loyalnest_auth');
