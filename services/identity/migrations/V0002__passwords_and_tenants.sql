-- A password that somebody else chose opens nothing but the way to a new one; a tenant can be shut.

ALTER TABLE account ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN account.must_change_password IS 'Somebody else chose the password: tokens grant nothing until the owner has changed it.';

ALTER TABLE tenant ADD COLUMN disabled_at timestamptz;
COMMENT ON COLUMN tenant.disabled_at IS 'Nobody of it may log in since then; absent: open.';

GRANT UPDATE (disabled_at) ON tenant TO :app;
