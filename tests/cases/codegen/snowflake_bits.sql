-- sha256:ac4743036ccbafaa56b8e58cb40d20bb593c58c86ef40d864890fe8e388533f6
-- the rows are valid leads, in columns that hold
--   account.owner: account.owner
--   employees: employees
--   industry: industry
--   signed_up__local: signed_up, as the clock shows it in the policy's timezone
--   products: products
--   score: score
--   email__folded: email, as it compares: without case
WITH "leads_read" AS (
  SELECT
    "id" AS "lead",
    "account.owner" AS "account_owner",
    "employees" AS "employees",
    "industry" AS "industry",
    "signed_up__local" AS "signed_up__local",
    "products" AS "products",
    "score" AS "score",
    "email__folded" AS "email__folded"
  FROM "crm"."leads"
), "step_1" AS (
  SELECT
    *,
    ARRAY_CONTAINS(CAST('crm' AS VARIANT), "products")
    AND ARRAY_CONTAINS(CAST('voice' AS VARIANT), "products") AS "answer_1",
    ARRAY_CONTAINS(CAST('voice' AS VARIANT), "products") AS "answer_2",
    COALESCE("employees" >= 1000, FALSE)
    OR (
      ARRAY_CONTAINS(CAST('crm' AS VARIANT), "products")
      AND ARRAY_CONTAINS(CAST('voice' AS VARIANT), "products")
    ) AS "large",
    STARTSWITH(SUBSTR("email__folded", POSITION('@', "email__folded") + 1), 'strasse') AS "answer_3",
    CONTAINS("email__folded", 'x\'y\\') AS "answer_4"
  FROM "leads_read"
), "step_2" AS (
  SELECT
    *,
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
), "class_1_0" AS (
  SELECT
    *
  FROM (VALUES
    (0, 511),
    (1, 510)) AS "given"("place", "w0")
), "class_2_0" AS (
  SELECT
    *
  FROM (VALUES
    (0, 501),
    (1, 511),
    (2, 511),
    (3, 501)) AS "given"("place", "w0")
), "class_3_0" AS (
  SELECT
    *
  FROM (VALUES
    (0, 481),
    (1, 511),
    (2, 511)) AS "given"("place", "w0")
), "class_4_0" AS (
  SELECT
    *
  FROM (VALUES
    (0, 511),
    (1, 511),
    (2, 505),
    (3, 505)) AS "given"("place", "w0")
), "class_5_0" AS (
  SELECT
    *
  FROM (VALUES
    (0, 479),
    (1, 479),
    (2, 511),
    (3, 479)) AS "given"("place", "w0")
), "classes" AS (
  SELECT
    "step_2"."lead",
    CASE WHEN "account_owner" IS NULL THEN 1 ELSE 0 END AS "class_1",
    CASE
      WHEN "employees" IS NULL
      THEN 3
      ELSE CASE
        WHEN "employees" <= 1000
        THEN CASE WHEN "employees" < 1000 THEN 0 ELSE 1 END
        ELSE 2
      END
    END AS "class_2",
    CASE WHEN "industry" = 'it\'s' THEN 0 ELSE 1 END AS "class_3",
    CASE
      WHEN CASE DAYOFWEEKISO(CAST("signed_up__local" AS DATE))
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
      END = 'sat'
      THEN 0
      WHEN CASE DAYOFWEEKISO(CAST("signed_up__local" AS DATE))
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
      END = 'sun'
      THEN 1
      ELSE 2
    END AS "class_4",
    CASE
      WHEN "interest" <= 25
      THEN CASE WHEN "interest" < 25 THEN 0 ELSE 1 END
      ELSE 2
    END AS "class_5",
    "step_2"."answer_1",
    "step_2"."answer_2",
    "step_2"."answer_3",
    "step_2"."answer_4"
  FROM "step_2"
), "standing_0" AS (
  SELECT
    "classes"."lead",
    BITAND(
      BITAND(
        BITAND(
          BITAND(
            BITAND(
              BITAND(BITAND(BITAND(class_1_0.w0, class_2_0.w0), class_3_0.w0), class_4_0.w0),
              class_5_0.w0
            ),
            (
              CASE WHEN "answer_1" THEN 511 ELSE 491 END
            )
          ),
          (
            CASE WHEN "answer_2" THEN 511 ELSE 383 END
          )
        ),
        (
          CASE WHEN "answer_3" THEN 511 ELSE 447 END
        )
      ),
      (
        CASE WHEN "answer_4" THEN 511 ELSE 383 END
      )
    ) AS "w0"
  FROM "classes"
  LEFT JOIN "class_1_0"
    ON "class_1_0"."place" = "classes"."class_1"
  LEFT JOIN "class_2_0"
    ON "class_2_0"."place" = "classes"."class_2"
  LEFT JOIN "class_3_0"
    ON "class_3_0"."place" = "classes"."class_3"
  LEFT JOIN "class_4_0"
    ON "class_4_0"."place" = "classes"."class_4"
  LEFT JOIN "class_5_0"
    ON "class_5_0"."place" = "classes"."class_5"
), "first_0" AS (
  SELECT
    "lead",
    CASE WHEN "w0" <> 0 THEN 0 END AS "word_0",
    CASE WHEN "w0" <> 0 THEN BITAND("w0", -"w0") END AS "bit_0"
  FROM "standing_0"
), "alternatives" AS (
  SELECT
    *
  FROM (VALUES
    (0, 1, 0),
    (0, 2, 1),
    (0, 4, 1),
    (0, 8, 2),
    (0, 16, 2),
    (0, 32, 3),
    (0, 64, 3),
    (0, 128, 4),
    (0, 256, 5)) AS "given"("word", "bit", "place")
), "placed" AS (
  SELECT
    "first_0"."lead",
    "alternatives"."place"
  FROM "first_0"
  LEFT JOIN "alternatives"
    ON "alternatives"."word" = "first_0"."word_0"
    AND "alternatives"."bit" = "first_0"."bit_0"
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
  "industry" VARCHAR,
  "signed_up__local" TIMESTAMPNTZ,
  "products" ARRAY,
  "score" DECIMAL(38, 0),
  "email__folded" VARCHAR
)
