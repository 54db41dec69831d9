-- A part of the service's own work that sees people or cases does not see tokens by that: only a reader of a school does (ADR 32, 46).
ALTER POLICY of_school ON {schema}.name_token_v1 USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR EXISTS (SELECT FROM {schema}.person_v1 p WHERE p.person = name_token_v1.person
        AND p.school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ','))))
    OR EXISTS (SELECT FROM {schema}.case_list_v1 c WHERE c.student = name_token_v1.person
        AND c.school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ','))))
);
