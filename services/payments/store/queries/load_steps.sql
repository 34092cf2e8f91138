-- Steps of a payment ($1 uuid), oldest first; locks nothing; primary key.
SELECT step, state, at, actor, actor_for, note
FROM payment_step
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = $1::uuid
ORDER BY step
