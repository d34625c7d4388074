-- sha256:ac4743036ccbafaa56b8e58cb40d20bb593c58c86ef40d864890fe8e388533f6
-- the rows are valid leads, in columns that hold
--   account__owner: account.owner
--   employees: employees
--   industry: industry
--   signed_up__local: signed_up, as the clock shows it in the policy's timezone
--   products: products
--   score: score
--   email__folded: email, as it compares: without case
WITH `leads_read` AS (
  SELECT
    `id` AS `lead`,
    `account__owner` AS `account__owner`,
    `employees` AS `employees`,
    `industry` AS `industry`,
    `signed_up__local` AS `signed_up__local`,
    `products` AS `products`,
    `score` AS `score`,
    `email__folded` AS `email__folded`
  FROM `crm`.`leads`
), `step_1` AS (
  SELECT
    *,
    'crm' IN UNNEST(`products`) AND 'voice' IN UNNEST(`products`) AS `answer_1`,
    'voice' IN UNNEST(`products`) AS `answer_2`,
    COALESCE(`employees` >= 1000, FALSE)
    OR (
      'crm' IN UNNEST(`products`) AND 'voice' IN UNNEST(`products`)
    ) AS `large`,
    STARTS_WITH(SUBSTR(`email__folded`, STRPOS(`email__folded`, '@') + 1), 'strasse') AS `answer_3`,
    STRPOS(`email__folded`, 'x\'y\\') > 0 AS `answer_4`
  FROM `leads_read`
), `step_2` AS (
  SELECT
    *,
    GREATEST(
      0,
      LEAST(
        50,
        (
          CASE WHEN `large` THEN 20 ELSE 0 END
        ) + (
          GREATEST(-30, LEAST(30, 2 * CAST(GREATEST(-15, LEAST(15, COALESCE(`score`, 0))) AS INT64)))
        ) + (
          CASE
            WHEN ENDS_WITH(SUBSTR(`email__folded`, STRPOS(`email__folded`, '@') + 1), '.edu')
            THEN -5
            ELSE 0
          END
        )
      )
    ) AS `interest`
  FROM `step_1`
), `class_1_0` AS (
  SELECT
    *
  FROM UNNEST([STRUCT(0 AS `place`, 511 AS `w0`), STRUCT(1 AS `place`, 510 AS `w0`)]) AS `given`
), `class_2_0` AS (
  SELECT
    *
  FROM UNNEST([
    STRUCT(0 AS `place`, 501 AS `w0`),
    STRUCT(1 AS `place`, 511 AS `w0`),
    STRUCT(2 AS `place`, 511 AS `w0`),
    STRUCT(3 AS `place`, 501 AS `w0`)
  ]) AS `given`
), `class_3_0` AS (
  SELECT
    *
  FROM UNNEST([
    STRUCT(0 AS `place`, 481 AS `w0`),
    STRUCT(1 AS `place`, 511 AS `w0`),
    STRUCT(2 AS `place`, 511 AS `w0`)
  ]) AS `given`
), `class_4_0` AS (
  SELECT
    *
  FROM UNNEST([
    STRUCT(0 AS `place`, 511 AS `w0`),
    STRUCT(1 AS `place`, 511 AS `w0`),
    STRUCT(2 AS `place`, 505 AS `w0`),
    STRUCT(3 AS `place`, 505 AS `w0`)
  ]) AS `given`
), `class_5_0` AS (
  SELECT
    *
  FROM UNNEST([
    STRUCT(0 AS `place`, 479 AS `w0`),
    STRUCT(1 AS `place`, 479 AS `w0`),
    STRUCT(2 AS `place`, 511 AS `w0`),
    STRUCT(3 AS `place`, 479 AS `w0`)
  ]) AS `given`
), `classes` AS (
  SELECT
    `step_2`.`lead`,
    CASE WHEN `account__owner` IS NULL THEN 1 ELSE 0 END AS `class_1`,
    CASE
      WHEN `employees` IS NULL
      THEN 3
      ELSE CASE
        WHEN `employees` <= 1000
        THEN CASE WHEN `employees` < 1000 THEN 0 ELSE 1 END
        ELSE 2
      END
    END AS `class_2`,
    CASE WHEN `industry` = 'it\'s' THEN 0 ELSE 1 END AS `class_3`,
    CASE
      WHEN CASE MOD(EXTRACT(DAYOFWEEK FROM CAST(`signed_up__local` AS DATE)) + 5, 7) + 1
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
      WHEN CASE MOD(EXTRACT(DAYOFWEEK FROM CAST(`signed_up__local` AS DATE)) + 5, 7) + 1
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
    END AS `class_4`,
    CASE
      WHEN `interest` <= 25
      THEN CASE WHEN `interest` < 25 THEN 0 ELSE 1 END
      ELSE 2
    END AS `class_5`,
    `step_2`.`answer_1`,
    `step_2`.`answer_2`,
    `step_2`.`answer_3`,
    `step_2`.`answer_4`
  FROM `step_2`
), `standing_0` AS (
  SELECT
    `classes`.`lead`,
    class_1_0.w0 & class_2_0.w0 & class_3_0.w0 & class_4_0.w0 & class_5_0.w0 & (
      CASE WHEN `answer_1` THEN 511 ELSE 491 END
    ) & (
      CASE WHEN `answer_2` THEN 511 ELSE 383 END
    ) & (
      CASE WHEN `answer_3` THEN 511 ELSE 447 END
    ) & (
      CASE WHEN `answer_4` THEN 511 ELSE 383 END
    ) AS `w0`
  FROM `classes`
  LEFT JOIN `class_1_0`
    ON `class_1_0`.`place` = `classes`.`class_1`
  LEFT JOIN `class_2_0`
    ON `class_2_0`.`place` = `classes`.`class_2`
  LEFT JOIN `class_3_0`
    ON `class_3_0`.`place` = `classes`.`class_3`
  LEFT JOIN `class_4_0`
    ON `class_4_0`.`place` = `classes`.`class_4`
  LEFT JOIN `class_5_0`
    ON `class_5_0`.`place` = `classes`.`class_5`
), `first_0` AS (
  SELECT
    `lead`,
    CASE WHEN `w0` <> 0 THEN 0 END AS `word_0`,
    CASE WHEN `w0` <> 0 THEN `w0` & -`w0` END AS `bit_0`
  FROM `standing_0`
), `alternatives` AS (
  SELECT
    *
  FROM UNNEST([
    STRUCT(0 AS `word`, 1 AS `bit`, 0 AS `place`),
    STRUCT(0 AS `word`, 2 AS `bit`, 1 AS `place`),
    STRUCT(0 AS `word`, 4 AS `bit`, 1 AS `place`),
    STRUCT(0 AS `word`, 8 AS `bit`, 2 AS `place`),
    STRUCT(0 AS `word`, 16 AS `bit`, 2 AS `place`),
    STRUCT(0 AS `word`, 32 AS `bit`, 3 AS `place`),
    STRUCT(0 AS `word`, 64 AS `bit`, 3 AS `place`),
    STRUCT(0 AS `word`, 128 AS `bit`, 4 AS `place`),
    STRUCT(0 AS `word`, 256 AS `bit`, 5 AS `place`)
  ]) AS `given`
), `placed` AS (
  SELECT
    `first_0`.`lead`,
    `alternatives`.`place`
  FROM `first_0`
  LEFT JOIN `alternatives`
    ON `alternatives`.`word` = `first_0`.`word_0`
    AND `alternatives`.`bit` = `first_0`.`bit_0`
), `rules` AS (
  SELECT
    *
  FROM UNNEST([
    STRUCT(
      0 AS `place`,
      'owned' AS `rule`,
      '["rep account.owner", "pool all", "else: round_robin all"]' AS `plan`
    ),
    STRUCT(1 AS `place`, 'weekend' AS `rule`, '["queue weekend"]' AS `plan`),
    STRUCT(2 AS `place`, '#2.else' AS `rule`, '["queue enterprise"]' AS `plan`),
    STRUCT(3 AS `place`, 'hot' AS `rule`, '["queue hot"]' AS `plan`),
    STRUCT(4 AS `place`, 'odd' AS `rule`, '["queue odd"]' AS `plan`),
    STRUCT(5 AS `place`, 'else' AS `rule`, '["round_robin all"]' AS `plan`)
  ]) AS `given`
)
SELECT
  `placed`.`lead` AS lead,
  `rules`.`rule` AS rule,
  COALESCE(`rules`.`plan`, '[]') AS plan,
  'sha256:ac4743036ccbafaa56b8e58cb40d20bb593c58c86ef40d864890fe8e388533f6' AS policy
FROM `placed`
LEFT JOIN `rules`
  ON `rules`.`place` = `placed`.`place`

CREATE TABLE `crm`.`leads` (
  `id` STRING,
  `account__owner` STRING,
  `employees` INT64,
  `industry` STRING,
  `signed_up__local` DATETIME,
  `products` ARRAY<STRING>,
  `score` INT64,
  `email__folded` STRING
)
