"""The eleven places of the storybook, in every light, and the weather before them."""

from mutoscope.world.storybook.places.drawing import draw_places, ground_of, place_nearness
from mutoscope.world.storybook.places.weather import draw_weather

__all__ = ["draw_places", "draw_weather", "ground_of", "place_nearness"]
