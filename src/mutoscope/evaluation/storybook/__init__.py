"""The ruler of the storybook: what a clip shows, read off its pixels alone, and held against what was asked."""
