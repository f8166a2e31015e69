call loyalnest.create_event_retention('loyalnest_admin_core');
