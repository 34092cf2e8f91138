-- Drops signing keys whose tokens have all expired. Primary key. $1 kids.
DELETE FROM signing_key WHERE kid = ANY ($1::text[])
