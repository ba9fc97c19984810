"""The storybook: a flat picture-book world in which every clip comes with its exact truth."""
