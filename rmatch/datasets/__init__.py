"""Real data that travels with rmatch, for demonstrations, tests and documentation."""

from rmatch.datasets.developer_survey import (
    ATTRIBUTION,
    developer_survey,
    developer_survey_programme,
)

__all__ = ["ATTRIBUTION", "developer_survey", "developer_survey_programme"]
