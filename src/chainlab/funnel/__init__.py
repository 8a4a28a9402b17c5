"""From lead to full production: how long items stay in a stage, how they leave it, how many get how far, and how the
year will end.

Every function reads a log of stays, `item_id, stage, entered_on, left_on` (null = still there), or the months of
projects. Nothing here knows which stages there are or in which order they come: a stage is whatever the log calls it.
"""

from chainlab.funnel.cohorts import conversion
from chainlab.funnel.outlook import backtest, forecast
from chainlab.funnel.stays import exits, survival

__all__ = ["backtest", "conversion", "exits", "forecast", "survival"]
