-- sha256:a3128d6a3c522f31419055f98977e9e01dd64a0cafb45dcd72cdaed969da0873
-- the rows are valid leads, in columns that hold
--   industry: industry
--   score: score
WITH "leads_read" AS (
  SELECT
    "id" AS "lead",
    "industry" COLLATE "C" AS "industry",
    "score" AS "score"
  FROM "leads"
), "placed" AS (
  SELECT
    "lead",
    CASE
      WHEN "industry" IN ('health') AND "score" >= 70
      THEN 0 /* #1, line 9 */
      ELSE 1 /* else, line 11 */
    END AS "place"
  FROM "leads_read"
), "rules" AS (
  SELECT
    *
  FROM (VALUES
    (0, '#1', '["pool senior_health by availability", "else: round_robin all"]'),
    (1, 'else', '["round_robin all"]')) AS "given"("place", "rule", "plan")
)
SELECT
  "placed"."lead" AS lead,
  "rules"."rule" AS rule,
  COALESCE("rules"."plan", '[]') AS plan,
  'sha256:a3128d6a3c522f31419055f98977e9e01dd64a0cafb45dcd72cdaed969da0873' AS policy
FROM "placed"
LEFT JOIN "rules"
  ON "rules"."place" = "placed"."place"
