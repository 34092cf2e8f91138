-- Events of an aggregate ($1), in order of sequence; locks nothing; the unique index.
SELECT sequence, payload FROM outbox WHERE tenant = current_setting('fiscus.tenant') AND aggregate = $1 ORDER BY sequence
