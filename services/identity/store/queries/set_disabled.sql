-- Disables or enables an account. Row lock. Primary key. $1 tenant, $2 user id, $3 disabled.
UPDATE account SET disabled = $3::boolean WHERE tenant = $1::text AND user_id = $2::uuid
