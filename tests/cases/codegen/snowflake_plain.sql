-- sha256:ac4743036ccbafaa56b8e58cb40d20bb593c58c86ef40d864890fe8e388533f6
-- the rows are valid leads, in columns that hold
--   account.owner: account.owner
--   employees: employees
--   products: products
--   industry: industry
--   signed_up__local: signed_up, as the clock shows it in the policy's timezone
--   score: score
--   email__folded: email, as it compares: without case
WITH "leads_read" AS (
  SELECT
    "id" AS "lead",
    "account.owner" AS "account_owner",
    "employees" AS "employees",
    "products" AS "products",
    "industry" AS "industry",
    "signed_up__local" AS "signed_up__local",
    "score" AS "score",
    "email__folded" AS "email__folded"
  FROM "crm"."leads"
), "step_1" AS (
  SELECT
    *,
    COALESCE("employees" >= 1000, FALSE)
    OR (
      ARRAY_CONTAINS(CAST('crm' AS VARIANT), "products")
      AND ARRAY_CONTAINS(CAST('voice' AS VARIANT), "products")
    ) AS "large"
  FROM "leads_read"
), "step_2" AS (
  SELECT
    *,
    "large" AND NOT "industry" = 'it\'s' AS "in__2",
    GREATEST(
      0,
      LEAST(
        50,
        (
          CASE WHEN "large" THEN 20 ELSE 0 END
        ) + (
          GREATEST(
            -30,
            LEAST(30, 2 * CAST(GREATEST(-15, LEAST(15, COALESCE("score", 0))) AS DECIMAL(38, 0)))
          )
        ) + (
          CASE
            WHEN ENDSWITH(SUBSTR("email__folded", POSITION('@', "email__folded") + 1), '.edu')
            THEN -5
            ELSE 0
          END
        )
      )
    ) AS "interest"
  FROM "step_1"
), "placed" AS (
  SELECT
    "lead",
    CASE
      WHEN NOT "account_owner" IS NULL
      THEN 0 /* owned, line 19 */
      WHEN "in__2"
      AND CASE DAYOFWEEKISO(CAST("signed_up__local" AS DATE))
        WHEN 1
        THEN 'mon'
        WHEN 2
        THEN 'tue'
        WHEN 3
        THEN 'wed'
        WHEN 4
        THEN 'thu'
        WHEN 5
        THEN 'fri'
        WHEN 6
        THEN 'sat'
        WHEN 7
        THEN 'sun'
      END IN ('sat', 'sun')
      THEN 1 /* weekend, line 20 */
      WHEN "in__2"
      THEN 2 /* #2.else, line 21 */
      WHEN "interest" > 25
      OR STARTSWITH(SUBSTR("email__folded", POSITION('@', "email__folded") + 1), 'strasse')
      THEN 3 /* hot, line 22 */
      WHEN ARRAY_CONTAINS(CAST('voice' AS VARIANT), "products")
      AND CONTAINS("email__folded", 'x\'y\\')
      THEN 4 /* odd, line 23 */
      ELSE 5 /* else, line 24 */
    END AS "place"
  FROM "step_2"
), "rules" AS (
  SELECT
    *
  FROM (VALUES
    (0, 'owned', '["rep account.owner", "pool all", "else: round_robin all"]'),
    (1, 'weekend', '["queue weekend"]'),
    (2, '#2.else', '["queue enterprise"]'),
    (3, 'hot', '["queue hot"]'),
    (4, 'odd', '["queue odd"]'),
    (5, 'else', '["round_robin all"]')) AS "given"("place", "rule", "plan")
)
SELECT
  "placed"."lead" AS lead,
  "rules"."rule" AS rule,
  COALESCE("rules"."plan", '[]') AS plan,
  'sha256:ac4743036ccbafaa56b8e58cb40d20bb593c58c86ef40d864890fe8e388533f6' AS policy
FROM "placed"
LEFT JOIN "rules"
  ON "rules"."place" = "placed"."place"

CREATE TABLE "crm"."leads" (
  "id" VARCHAR,
  "account.owner" VARCHAR,
  "employees" DECIMAL(38, 0),
  "products" ARRAY,
  "industry" VARCHAR,
  "signed_up__local" TIMESTAMPNTZ,
  "score" DECIMAL(38, 0),
  "email__folded" VARCHAR
)
