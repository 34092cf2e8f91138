-- All signing keys; there are a few.
SELECT kid, x, y, private_sealed, created_at, signs_from
FROM signing_key
ORDER BY signs_from, kid
