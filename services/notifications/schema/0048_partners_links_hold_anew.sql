-- A letter that is followed again after its link ended leads somewhere again.
GRANT UPDATE (until) ON {schema}.task_link_v1 TO {role};
