"""The version of the package: the top version of CHANGELOG.md, compared by a test."""

__version__ = "0.20.1"
