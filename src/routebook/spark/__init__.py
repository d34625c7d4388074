"""Past one machine: decisions and round robin over Spark DataFrames (extra `spark`).

`decide` runs the engine over Arrow batches in Spark's workers; `assign` settles round robin over a whole batch with
Spark's own window functions, where eligibility does not change over the batch. Workers need Routebook installed.
"""

from __future__ import annotations

from routebook.spark.frames import assign, decide

__all__ = ["assign", "decide"]
