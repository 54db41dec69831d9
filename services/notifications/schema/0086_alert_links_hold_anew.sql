-- A link of an emergency that is sent again, be it days later, leads somewhere again.
GRANT UPDATE (until) ON {schema}.alert_link_v1 TO {role};
