-- Adds an account; changes nothing if the user name is taken.
-- $1 tenant, $2 user id, $3 user name, $4 name, $5 unit, $6 hash, $7 password must be changed, $8 now.
INSERT INTO account (tenant, user_id, username, display_name, unit_path, password_hash, must_change_password, created_at)
VALUES ($1::text, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::boolean, $8::timestamptz)
ON CONFLICT (tenant, username) DO NOTHING
