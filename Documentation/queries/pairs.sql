-- Who writes to whom, how often, how much, when first and last: needs packets.ndjson (s2wmp decode --format ndjson CAPTURE > packets.ndjson).
WITH packets AS (
  SELECT * FROM read_json('packets.ndjson', format = 'newline_delimited', columns = {
    time: 'TIMESTAMP_NS', name: 'VARCHAR', dialect: 'VARCHAR', length: 'UBIGINT',
    fields: 'STRUCT(sender_id VARCHAR, receiver_id VARCHAR, "length" UBIGINT)',
    expert: 'STRUCT(severity VARCHAR, code VARCHAR, message VARCHAR)[]'})
)
SELECT
  fields.sender_id AS sender, fields.receiver_id AS receiver, count(*) AS messages, sum(fields."length") AS ciphertext_bytes,
  count(*) FILTER (WHERE list_contains([finding.code FOR finding IN expert], 'replay')) AS replays,
  min(time) AS first, max(time) AS last
FROM packets
WHERE name = 'M'
GROUP BY ALL
ORDER BY messages DESC, sender, receiver;
