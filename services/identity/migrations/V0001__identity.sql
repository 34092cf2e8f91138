-- Tenants, units, people, roles, sessions, login failures, revocations and signing keys.
-- Why paths COLLATE "C": scope is a prefix of the path, and only byte order makes "all below" one range of the primary key.

CREATE TABLE tenant (
  tenant text NOT NULL PRIMARY KEY CHECK (tenant ~ '^[a-z][a-z0-9-]{1,39}$'),
  display_name text NOT NULL,
  root_path text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL
);
COMMENT ON TABLE tenant IS 'One finance authority with its own units, people and data.';
COMMENT ON COLUMN tenant.tenant IS 'Slug; names the tenant everywhere.';
COMMENT ON COLUMN tenant.display_name IS 'Name for people.';
COMMENT ON COLUMN tenant.root_path IS 'Path of the root unit.';
COMMENT ON COLUMN tenant.created_at IS 'When it was made.';

CREATE TABLE unit (
  tenant text NOT NULL REFERENCES tenant (tenant),
  path text COLLATE "C" NOT NULL,
  parent_path text COLLATE "C",
  code text NOT NULL,
  name text NOT NULL,
  kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 3),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, path),
  FOREIGN KEY (tenant, parent_path) REFERENCES unit (tenant, path),
  CHECK (path = coalesce(parent_path, '/') || code || '/')
);
COMMENT ON TABLE unit IS 'A node of the tenant''s unit tree.';
COMMENT ON COLUMN unit.tenant IS 'Tenant slug.';
COMMENT ON COLUMN unit.path IS 'Materialised path with slashes at both ends; scope is a prefix of it.';
COMMENT ON COLUMN unit.parent_path IS 'Path of the parent; absent for the root.';
COMMENT ON COLUMN unit.code IS 'Last part of the path.';
COMMENT ON COLUMN unit.name IS 'Name for people.';
COMMENT ON COLUMN unit.kind IS 'fiscus.identity.v1.UnitKind.';
COMMENT ON COLUMN unit.created_at IS 'When it was added.';
-- The root is one: a second one would be outside everybody's scope.
CREATE UNIQUE INDEX unit_one_root ON unit (tenant) WHERE parent_path IS NULL;

CREATE TABLE account (
  tenant text NOT NULL REFERENCES tenant (tenant),
  user_id uuid NOT NULL,
  username text NOT NULL CHECK (username ~ '^[a-z][a-z0-9._-]{1,39}$'),
  display_name text NOT NULL,
  unit_path text COLLATE "C" NOT NULL,
  password_hash text NOT NULL,
  disabled boolean NOT NULL DEFAULT false,
  last_issued_ms bigint NOT NULL DEFAULT 0,
  revoked_until_ms bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, user_id),
  UNIQUE (tenant, username),
  FOREIGN KEY (tenant, unit_path) REFERENCES unit (tenant, path)
);
COMMENT ON TABLE account IS 'A person who may log in.';
COMMENT ON COLUMN account.tenant IS 'Tenant slug.';
COMMENT ON COLUMN account.user_id IS 'User id.';
COMMENT ON COLUMN account.username IS 'Login name, unique in the tenant.';
COMMENT ON COLUMN account.display_name IS 'Name for people.';
COMMENT ON COLUMN account.unit_path IS 'Home unit.';
COMMENT ON COLUMN account.password_hash IS 'Argon2id in PHC format; holds salt and cost.';
COMMENT ON COLUMN account.disabled IS 'May not log in.';
COMMENT ON COLUMN account.last_issued_ms IS 'Newest issue time (iat_ms) of this person''s tokens, Unix ms.';
COMMENT ON COLUMN account.revoked_until_ms IS 'Tokens issued at or before this are dead, Unix ms.';
COMMENT ON COLUMN account.created_at IS 'When it was added.';
CREATE INDEX account_by_unit ON account (tenant, unit_path);

CREATE TABLE role (
  tenant text NOT NULL REFERENCES tenant (tenant),
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{1,39}$'),
  description text NOT NULL,
  intents text[] NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name)
);
COMMENT ON TABLE role IS 'A role that the tenant defined; those shipped with the product are files.';
COMMENT ON COLUMN role.tenant IS 'Tenant slug.';
COMMENT ON COLUMN role.name IS 'Name, never that of a built-in role.';
COMMENT ON COLUMN role.description IS 'What it is for.';
COMMENT ON COLUMN role.intents IS 'Intents that it holds, sorted.';
COMMENT ON COLUMN role.updated_at IS 'Last change.';

CREATE TABLE account_grant (
  tenant text NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL,
  unit_path text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, user_id, role, unit_path),
  FOREIGN KEY (tenant, user_id) REFERENCES account (tenant, user_id),
  FOREIGN KEY (tenant, unit_path) REFERENCES unit (tenant, path)
);
COMMENT ON TABLE account_grant IS 'A role that a person holds at a unit and all below it.';
COMMENT ON COLUMN account_grant.tenant IS 'Tenant slug.';
COMMENT ON COLUMN account_grant.user_id IS 'Who holds it.';
COMMENT ON COLUMN account_grant.role IS 'Built-in or defined by the tenant.';
COMMENT ON COLUMN account_grant.unit_path IS 'Where.';
CREATE INDEX account_grant_by_role ON account_grant (tenant, role);

CREATE TABLE session (
  tenant text NOT NULL,
  session_id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_because text,
  PRIMARY KEY (tenant, session_id),
  FOREIGN KEY (tenant, user_id) REFERENCES account (tenant, user_id),
  CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
COMMENT ON TABLE session IS 'A login and all tokens that came of it.';
COMMENT ON COLUMN session.tenant IS 'Tenant slug.';
COMMENT ON COLUMN session.session_id IS 'The claim sid.';
COMMENT ON COLUMN session.user_id IS 'Whose.';
COMMENT ON COLUMN session.created_at IS 'Login.';
COMMENT ON COLUMN session.used_at IS 'Last refresh.';
COMMENT ON COLUMN session.expires_at IS 'Ends then, however busy.';
COMMENT ON COLUMN session.revoked_at IS 'Ended early; absent: not.';
COMMENT ON COLUMN session.revoked_because IS 'LOGOUT, REUSE, DISABLED, PASSWORD or ADMINISTRATOR.';
CREATE INDEX session_by_user ON session (tenant, user_id, expires_at);
CREATE INDEX session_by_expiry ON session (tenant, expires_at);

CREATE TABLE refresh_token (
  tenant text NOT NULL,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  session_id uuid NOT NULL,
  predecessor_hash bytea,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  spent_at timestamptz,
  discarded_at timestamptz,
  PRIMARY KEY (tenant, token_hash),
  FOREIGN KEY (tenant, session_id) REFERENCES session (tenant, session_id) ON DELETE CASCADE,
  CHECK (spent_at IS NULL OR discarded_at IS NULL)
);
COMMENT ON TABLE refresh_token IS 'Refresh tokens of sessions; only digests, the tokens are nowhere.';
COMMENT ON COLUMN refresh_token.tenant IS 'Tenant slug.';
COMMENT ON COLUMN refresh_token.token_hash IS 'SHA-256 of the token (256 random bits, so no salt is needed).';
COMMENT ON COLUMN refresh_token.session_id IS 'The family.';
COMMENT ON COLUMN refresh_token.predecessor_hash IS 'Token that was spent for it; absent: the login.';
COMMENT ON COLUMN refresh_token.created_at IS 'When it was made.';
COMMENT ON COLUMN refresh_token.expires_at IS 'Refused from then on.';
COMMENT ON COLUMN refresh_token.spent_at IS 'Used then; absent: unused.';
COMMENT ON COLUMN refresh_token.discarded_at IS 'Replaced unused then, because its answer was lost.';
-- A spent token has at most one successor that counts.
CREATE UNIQUE INDEX refresh_token_one_successor ON refresh_token (tenant, predecessor_hash) WHERE discarded_at IS NULL;
CREATE INDEX refresh_token_by_session ON refresh_token (tenant, session_id);

CREATE TABLE login_failure (
  tenant text NOT NULL,
  subject text NOT NULL,
  failures integer NOT NULL,
  locks integer NOT NULL,
  last_failure_at timestamptz NOT NULL,
  locked_until timestamptz,
  forget_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, subject)
);
COMMENT ON TABLE login_failure IS 'Failed logins of late, per account and for the tenant as a whole.';
COMMENT ON COLUMN login_failure.tenant IS 'Tenant slug.';
COMMENT ON COLUMN login_failure.subject IS 'user/<name>, whether or not there is such a user; or tenant.';
COMMENT ON COLUMN login_failure.failures IS 'Since the last lock, count.';
COMMENT ON COLUMN login_failure.locks IS 'In a row, count.';
COMMENT ON COLUMN login_failure.last_failure_at IS 'When the last one was.';
COMMENT ON COLUMN login_failure.locked_until IS 'No login before this; absent: not locked.';
COMMENT ON COLUMN login_failure.forget_at IS 'The row may go then.';
CREATE INDEX login_failure_by_end ON login_failure (tenant, forget_at);

CREATE SEQUENCE revocation_cursor AS bigint;
COMMENT ON SEQUENCE revocation_cursor IS 'Numbers revocations; drawn under an advisory lock, so numbers commit in order.';

CREATE TABLE revocation (
  tenant text NOT NULL,
  cursor bigint NOT NULL,
  subject uuid NOT NULL,
  of_session boolean NOT NULL,
  not_before_ms bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, cursor)
);
COMMENT ON TABLE revocation IS 'What verifiers must refuse although its signature is good; kept while such a token may live.';
COMMENT ON COLUMN revocation.tenant IS 'Tenant slug.';
COMMENT ON COLUMN revocation.cursor IS 'Number in the order of commits, over all tenants.';
COMMENT ON COLUMN revocation.subject IS 'User id or session id.';
COMMENT ON COLUMN revocation.of_session IS 'True: subject is a session.';
COMMENT ON COLUMN revocation.not_before_ms IS 'Tokens issued at or before this are dead, Unix ms.';
COMMENT ON COLUMN revocation.expires_at IS 'All such tokens have expired by then.';
CREATE UNIQUE INDEX revocation_by_cursor ON revocation (cursor);

CREATE TABLE signing_key (
  kid text NOT NULL PRIMARY KEY,
  x text NOT NULL,
  y text NOT NULL,
  private_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL,
  CHECK (signs_from >= created_at)
);
COMMENT ON TABLE signing_key IS 'Keys of the installation that sign access tokens; of no tenant.';
COMMENT ON COLUMN signing_key.kid IS 'Key id: beginning of the RFC 7638 thumbprint.';
COMMENT ON COLUMN signing_key.x IS 'Public coordinate, base64url.';
COMMENT ON COLUMN signing_key.y IS 'Public coordinate, base64url.';
COMMENT ON COLUMN signing_key.private_sealed IS 'Private JWK, AES-256-GCM under a key derived from the master secret, bound to the kid.';
COMMENT ON COLUMN signing_key.created_at IS 'Published from then on.';
COMMENT ON COLUMN signing_key.signs_from IS 'Signs from then on, until the next one does.';

-- Tenants see their own rows only. current_setting without a default: a connection without a tenant gets an error or nothing.
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON tenant USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE unit ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON unit USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON account USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE role ENABLE ROW LEVEL SECURITY;
ALTER TABLE role FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON role USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE account_grant ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_grant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON account_grant USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON session USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE refresh_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_token FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON refresh_token USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE login_failure ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_failure FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON login_failure USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE revocation FORCE ROW LEVEL SECURITY;
-- Verifiers serve all tenants, so they read all revocations (ids and times, nothing else); writing stays within the tenant.
CREATE POLICY read_all ON revocation FOR SELECT USING (true);
CREATE POLICY insert_own ON revocation FOR INSERT WITH CHECK (tenant = current_setting('fiscus.tenant'));
CREATE POLICY delete_own ON revocation FOR DELETE USING (tenant = current_setting('fiscus.tenant'));

GRANT SELECT, INSERT ON tenant, unit TO :app;
GRANT SELECT, INSERT, UPDATE ON account, role TO :app;
GRANT SELECT, INSERT, DELETE ON account_grant, revocation, signing_key TO :app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, refresh_token, login_failure TO :app;
GRANT USAGE, SELECT ON SEQUENCE revocation_cursor TO :app;
