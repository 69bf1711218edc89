-- What was refused, minute by minute: needs packets.csv (s2wmp decode --format csv CAPTURE > packets.csv).
SELECT
  date_trunc('minute', CAST(time AS TIMESTAMP)) AS minute, dst AS refused,
  CASE error
    WHEN 1 THEN 'user id couldn''t be validated' WHEN 2 THEN 'hash didn''t match' WHEN 3 THEN 'fields corrupted'
    WHEN 4 THEN 'could not be decrypted' ELSE 'error ' || error
  END AS reason,
  count(*) AS times
FROM read_csv('packets.csv', header = true, all_varchar = false, types = {'time': 'VARCHAR', 'error': 'UTINYINT', 'name': 'VARCHAR', 'dst': 'VARCHAR'})
WHERE name = 'ACK' AND error <> 0
GROUP BY ALL
ORDER BY minute, times DESC, refused;
