-- Replaces the password's hash. Row lock. Primary key. $1 tenant, $2 user id, $3 hash, $4 must be changed.
UPDATE account SET password_hash = $3::text, must_change_password = $4::boolean WHERE tenant = $1::text AND user_id = $2::uuid
