call loyalnest.create_event_retention('loyalnest_event_tracking');
