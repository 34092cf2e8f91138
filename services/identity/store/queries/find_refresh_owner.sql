-- Whose a refresh token is. Primary keys. $1 tenant, $2 hash of the token.
SELECT s.user_id
FROM refresh_token AS t
JOIN session AS s ON s.tenant = t.tenant AND s.session_id = t.session_id
WHERE t.tenant = $1::text AND t.token_hash = $2::bytea
