-- Which of these events ($1 text[]) are recorded; locks nothing; primary key.
SELECT event_id
FROM bank_event
WHERE tenant = current_setting('fiscus.tenant') AND event_id = ANY ($1::text[])
