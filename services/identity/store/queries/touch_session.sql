-- Notes the use of a session. Row lock. Primary key. $1 tenant, $2 session id, $3 now.
UPDATE session SET used_at = $3::timestamptz WHERE tenant = $1::text AND session_id = $2::uuid
