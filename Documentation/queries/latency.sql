-- How long answers took, by kind of exchange: needs packets.ndjson (s2wmp decode --format ndjson CAPTURE > packets.ndjson).
WITH packets AS (
  SELECT * FROM read_json('packets.ndjson', format = 'newline_delimited', columns = {
    frame: 'UBIGINT', name: 'VARCHAR', dialect: 'VARCHAR', reply_to: 'UBIGINT', latency: 'DOUBLE'})
)
SELECT
  answer.dialect, request.name || ' → ' || answer.name AS exchange, count(*) AS answers,
  round(1000 * quantile_cont(answer.latency, 0.5), 3) AS p50_ms,
  round(1000 * quantile_cont(answer.latency, 0.9), 3) AS p90_ms,
  round(1000 * quantile_cont(answer.latency, 0.99), 3) AS p99_ms,
  round(1000 * max(answer.latency), 3) AS max_ms
-- Several packets may be completed by one frame: the first of a name is taken for the request.
FROM packets AS answer
JOIN (SELECT DISTINCT frame, name, dialect FROM packets WHERE name NOT IN ('ACK', 'malformed')) AS request
  ON request.frame = answer.reply_to AND request.dialect = answer.dialect
WHERE answer.latency IS NOT NULL AND request.name <> answer.name
GROUP BY ALL
ORDER BY answers DESC, exchange;
