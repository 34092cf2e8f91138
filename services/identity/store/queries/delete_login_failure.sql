-- Forgets the failures of a subject after a good login. Primary key. $1 tenant, $2 subject.
DELETE FROM login_failure WHERE tenant = $1::text AND subject = $2::text
