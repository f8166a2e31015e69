call loyalnest.create_event_retention('loyalnest_auth');
