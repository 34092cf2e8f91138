-- Roles that the tenant defined, by name. Primary key. $1 tenant.
SELECT name, description, array_to_string(intents, ' ') AS intents
FROM role
WHERE tenant = $1::text
ORDER BY name
