call loyalnest.create_event_tables('loyalnest_admin_core');
