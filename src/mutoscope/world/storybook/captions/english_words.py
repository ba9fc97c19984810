"""The English words of the storybook; `~` marks what only the test of unseen synonyms says, `:n` what is said often."""

from mutoscope.world.storybook.captions.ways import Forms, Ways, verbs, ways
from mutoscope.world.storybook.story import (
    Action,
    Camera,
    Colour,
    Direction,
    Kind,
    Light,
    Place,
    Relation,
    Size,
    Speed,
    Weather,
)

NOUNS: dict[Kind, Ways[str]] = {
    Kind.CIRCLE: ways("circle:5, disc, round shape, ~disk"),
    Kind.SQUARE: ways("square:4, square shape"),
    Kind.TRIANGLE: ways("triangle:4, three-cornered shape"),
    Kind.STAR: ways("star:4, five-pointed star, star shape"),
    Kind.HEART: ways("heart:4, heart shape, love heart"),
    Kind.BALL: ways("ball:5, toy ball, rubber ball"),
    Kind.BALLOON: ways("balloon:4, party balloon, toy balloon"),
    Kind.CAR: ways("car:6, automobile, auto, ~motorcar"),
    Kind.BOAT: ways("boat:5, sailboat:2, sailing boat, ~yacht"),
    Kind.ROCKET: ways("rocket:4, spaceship, rocket ship, ~spacecraft"),
    Kind.KITE: ways("kite:4, paper kite"),
    Kind.HOUSE: ways("house:5, building, cottage"),
    Kind.TREE: ways("tree:4, leafy tree, ~broadleaf"),
    Kind.FLOWER: ways("flower:4, blossom, ~bloom"),
    Kind.MAN: ways("man:6, guy, gentleman, ~fellow"),
    Kind.WOMAN: ways("woman:6, lady:2"),
    Kind.CHILD: ways("child:5, kid:2, ~youngster"),
    Kind.CAT: ways("cat:6, kitty, pussycat"),
    Kind.DOG: ways("dog:6, doggy, ~hound"),
    Kind.BIRD: ways("bird:5, songbird, birdie"),
    Kind.FISH: ways("fish:5"),
    Kind.BUTTERFLY: ways("butterfly:4"),
}
COLOURS: dict[Colour, Ways[str]] = {
    **{colour: ways(str(colour)) for colour in Colour},
    Colour.RED: ways("red:6, bright red, ~scarlet"),
    Colour.GREEN: ways("green:6, bright green"),
    Colour.BLUE: ways("blue:6, bright blue"),
    Colour.YELLOW: ways("yellow:6, bright yellow"),
    Colour.PURPLE: ways("purple:4, violet"),
}
SIZES: dict[Size, Ways[str]] = {
    Size.SMALL: ways("small:4, little:3, tiny:2, ~miniature"),
    Size.MEDIUM: ways("medium-sized"),
    Size.BIG: ways("big:4, large:3, huge, ~giant"),
}
IT: dict[Kind, tuple[str, str]] = {Kind.MAN: ("he", "him"), Kind.WOMAN: ("she", "her")}
CLOTHES = ways("in {c}:3, dressed in {c}:2, in {c} clothes:2, wearing {c}, wearing {c} clothes, ~clad in {c}")
DIRECTIONS: dict[Direction, Ways[str]] = {
    Direction.LEFT: ways("left:5, to the left:5, towards the left, toward the left, leftward, ~leftwards"),
    Direction.RIGHT: ways("right:5, to the right:5, towards the right, toward the right, rightward, ~rightwards"),
    Direction.UP: ways("up:4, upward, upwards"),
    Direction.DOWN: ways("down:4, downward, downwards"),
    **{
        Direction(f"{up} {left}"): ways(
            f"{up} and to the {left}:3, {up} and {left}, {up} {left}, to the {upper} {left}:3, "
            f"diagonally {up} to the {left}, to the {top} {left}, towards the {upper} {left}, "
            f"diagonally towards the {top} {left}"
        )
        for up, upper, top in (("up", "upper", "top"), ("down", "lower", "bottom"))
        for left in ("left", "right")
    },
}
BEFORE: dict[Speed, Ways[str]] = {
    Speed.SLOW: ways("slowly:4, very slowly, unhurriedly, ~leisurely"),
    Speed.FAST: ways("quickly:4, rapidly:2, swiftly, very quickly, ~speedily"),
}
AFTER: dict[Speed, Ways[str]] = {
    Speed.SLOW: ways("slowly:5, very slowly, at a slow pace, in slow motion, ~at a leisurely pace"),
    Speed.FAST: ways("fast:4, quickly:3, very fast, rapidly, at high speed, at great speed"),
}

# What an actor does. A direction can follow these ...
GOES: dict[Action, Ways[Forms]] = {
    Action.MOVE: verbs("move:4, glide, slide, travel, go, ~shift"),
    Action.ROLL: verbs("roll:6, roll along, ~trundle"),
    Action.BOUNCE: verbs("bounce:5, bounce up and down:2, bounce along, ~spring"),
    Action.ZIGZAG: verbs(
        "zigzag/zigzags/zigzagging:3, move in a zigzag:2, go in a zigzag, move in zigzags, ~follow a zigzag path"
    ),
    Action.FLOAT: verbs("drift:3, float:3, float along, ~waft"),
    Action.SAIL: verbs("sail:6, cruise, sail along, ~voyage"),
    Action.DRIVE: verbs("drive:5, drive along, travel, cruise, ~motor"),
    Action.FLY: verbs("fly:5, fly along, soar, ~wing its way"),
    Action.SWIM: verbs("swim:5, swim along, ~paddle"),
    Action.WALK: verbs("walk:6, stroll, wander, ~amble"),
    Action.RUN: verbs("run:6, race, sprint, dash, ~bolt"),
    Action.JUMP: verbs("jump:4, hop:2, leap, ~bound"),
}
# ... but not these.
DOES: dict[Action, Ways[Forms]] = {
    Action.STAND: verbs(
        "stay still:2, stay in place:2, rest, keep still, do not move/does not move/not moving, ~stay put"
    ),
    Action.MOVE: verbs("move:3, move along, glide, ~shift"),
    Action.ROLL: verbs("roll:4, roll along, ~trundle"),
    Action.BOUNCE: verbs("bounce:4, bounce up and down:2, ~spring up and down"),
    Action.SPIN: verbs("spin:4, rotate:2, spin around, turn around itself, whirl, twirl, ~revolve"),
    Action.GROW: verbs("grow:3, get bigger:2, become bigger, grow larger, get larger, expand, ~swell"),
    Action.SHRINK: verbs("shrink:3, get smaller:2, become smaller, ~dwindle"),
    Action.RISE: verbs("rise:4, go up:2, move up, climb, rise up, move upward, ~ascend"),
    Action.FALL: verbs("fall:4, fall down:2, drop:2, go down, come down, move down, ~plummet"),
    Action.ZIGZAG: verbs("zigzag/zigzags/zigzagging:3, move in a zigzag:2, go in a zigzag, ~weave about"),
    Action.CIRCLE: verbs("circle:2, move in a circle:3, go around in a circle, go around in circles, ~loop round"),
    Action.FLOAT: verbs("float:4, hover:2, bob up and down, float in place, ~levitate"),
    Action.SAIL: verbs("sail:3, sail away:2, sail along, ~voyage"),
    Action.DRIVE: verbs("drive:3, drive along, drive away, ~motor along"),
    Action.FLY: verbs("fly:4, fly away, fly along, soar, ~wing its way"),
    Action.SWIM: verbs("swim:4, swim along, swim around, ~paddle"),
    Action.WALK: verbs("walk:5, go for a walk, take a walk, stroll, wander, ~amble"),
    Action.RUN: verbs("run:5, go for a run, race, sprint, ~bolt"),
    Action.JUMP: verbs("jump:4, jump up and down:2, hop:2, leap, ~bound"),
    Action.DANCE: verbs("dance:5, do a dance, dance around, ~boogie"),
    Action.WAVE: verbs("wave:4, wave a hand:2, wave hello, ~wave a greeting"),
}
# Kinds have words of their own for some actions; the flag says whether a direction can follow.
_FLYING = (Kind.BIRD, Kind.BUTTERFLY)
_STANDING = verbs("stand still:3, stand:4, stand there, wait, ~linger")
OWN: dict[tuple[Kind, Action, bool], Ways[Forms]] = {
    **{(kind, Action.STAND, False): _STANDING for kind in (Kind.MAN, Kind.WOMAN, Kind.CHILD, Kind.CAT, Kind.DOG, Kind.BIRD)},
    **{(kind, Action.STAND, False): verbs("stand:5, stand there:2, stand still, ~be located/is located/located")
       for kind in (Kind.HOUSE, Kind.TREE, Kind.FLOWER, Kind.ROCKET)},
    (Kind.CAR, Action.STAND, False): verbs("stand:3, stand still:2, wait, be parked/is parked/parked, ~idle"),
    (Kind.CAT, Action.WALK, True): verbs("walk:6, stroll, pad/pads/padding, ~prowl"),
    (Kind.DOG, Action.WALK, True): verbs("walk:6, stroll, pad/pads/padding, ~prowl"),
    (Kind.BUTTERFLY, Action.FLY, True): verbs("fly:4, flutter:3, ~flit/flits/flitting"),
    (Kind.BUTTERFLY, Action.FLY, False): verbs("fly:4, flutter:3, flutter around, ~flit/flits/flitting"),
    (Kind.ROCKET, Action.RISE, False): verbs("take off:2, lift off, rise:2, fly up:2, go up, ~blast off"),
    (Kind.ROCKET, Action.FLY, True): verbs("fly:5, soar, shoot, ~hurtle"),
    (Kind.ROCKET, Action.FALL, False): verbs("fall:3, come down:2, sink, drop, ~plummet"),
    (Kind.BALLOON, Action.RISE, False): verbs("rise:4, float up:3, go up, float upward, ~ascend"),
    (Kind.BALLOON, Action.FALL, False): verbs("sink:3, come down:2, fall:2, float down, ~descend"),
    (Kind.FISH, Action.RISE, False): verbs("swim up:3, rise:2, swim upward, ~ascend"),
    (Kind.FISH, Action.FALL, False): verbs("swim down:3, sink:2, swim downward, ~descend"),
    (Kind.FISH, Action.CIRCLE, False): verbs("swim in a circle:3, circle:2, swim in circles, ~loop round"),
    (Kind.BOAT, Action.FLOAT, False): verbs("float:4, bob up and down, bob on the waves, ride the waves"),
    **{(kind, Action.RISE, False): verbs("fly up:3, rise:2, fly upward, ~ascend") for kind in _FLYING},
    **{(kind, Action.FALL, False): verbs("fly down:3, come down:2, sink, ~descend") for kind in _FLYING},
    **{(kind, Action.CIRCLE, False): verbs("fly in a circle:3, circle:3, fly in circles, ~loop round") for kind in _FLYING},
}  # fmt: skip
CHASES = verbs("chase:6, hunt, ~pursue")
ORDINALS = ("first", "second", "third")
PASSIVES = {"finite": "is chased by", "progressive": "is being chased by", "noun": "chased by"}
FLEES = verbs("flee from:2, run away from:2, ~escape from")
TURNS = verbs("turn {c}:5, become {c}:2, change to {c}, change colour to {c}, go {c}")
RECOLOURS = verbs("change from {b} to {c}:3, turn from {b} to {c}:2, go from {b} to {c}, fade from {b} to {c}")
ACTS_AGAIN = verbs("keep:3, go on, carry on")

# Places: static ("in a meadow"), along which one goes, and over which one flies or the sun sets.
PLACES: dict[Place, Ways[str]] = {
    Place.PLAIN: ways(
        "on a plain background, against a plain background, on a plain backdrop, before an empty backdrop"
    ),
    Place.MEADOW: ways("in a meadow:3, on a meadow:2, on the grass:2, in a field, on a green meadow, ~in a pasture"),
    Place.BEACH: ways("on the beach:4, on a beach:3, at the beach:2, on a sandy beach, on the sand, ~at the seaside"),
    Place.SEA: ways("on the sea:3, at sea:2, on the ocean, on the water:2, on the open sea, on the waves"),
    Place.UNDERWATER: ways("under water:3, underwater:3, under the sea:2, deep in the ocean, below the waves"),
    Place.CITY: ways("in the city:3, on a city street:2, in a city street, in the street:2, on the street, downtown"),
    Place.SNOW: ways(
        "on a snow field:2, in a snow field:2, on a snowy field:2, on snowy ground, in a snowy landscape, "
        "on a white winter field"
    ),
    Place.DESERT: ways("in the desert:4, in a desert:3, in a sandy desert, ~among the dunes"),
    Place.FOREST: ways("in the forest:3, in a forest:3, in the woods:2, ~in the woodland"),
    Place.ROOM: ways("in a room:3, in the room:2, indoors, in a living room, inside a house, ~in a parlour"),
    Place.SPACE: ways("in space:4, in outer space:2, among the stars, out in space, ~in the cosmos"),
}
ALONG: dict[Place, Ways[str]] = {
    Place.MEADOW: ways("across a meadow:2, through a meadow, over the grass, ~across a pasture"),
    Place.BEACH: ways("along the beach:4, along a beach, across the beach, across the sand, ~along the seaside"),
    Place.SEA: ways("over the sea:2, across the sea:2, across the water, over the ocean, across the waves"),
    Place.UNDERWATER: ways("through the water:2, through the ocean, through the deep"),
    Place.CITY: ways("along the street:2, through the city:2, down the street, along a city street, through downtown"),
    Place.SNOW: ways("across a snow field:2, over a snowy field, across the snowy ground, across a white winter field"),
    Place.DESERT: ways("through the desert:2, across the desert:2, ~across the dunes"),
    Place.FOREST: ways("through the forest:2, through a forest, through the woods, ~through the woodland"),
    Place.ROOM: ways("through the room, across the room, through a room, ~across the parlour"),
    Place.SPACE: ways("through space:3, through outer space, ~through the cosmos"),
}
OVER: dict[Place, Ways[str]] = {
    Place.MEADOW: ways("over the meadow:2, over a meadow, ~over the pasture"),
    Place.BEACH: ways("over the beach:2, over a beach, ~over the seaside"),
    Place.SEA: ways("over the sea:3, above the sea, over the ocean, over the waves"),
    Place.CITY: ways("over the city:2, over a city, over the street, over the rooftops"),
    Place.SNOW: ways("over the snow field, over a snowy field, over a white winter field"),
    Place.DESERT: ways("over the desert:2, above the desert, ~over the dunes"),
    Place.FOREST: ways("over the forest:2, above the forest, ~over the woodland"),
}

LIGHTS: dict[Light, Ways[str]] = {
    Light.DAY: ways("by day, during the day, in daylight, in the daytime"),
    Light.SUNSET: ways("at sunset:4, at dusk, in the evening:2, in the evening light, ~at twilight"),
    Light.NIGHT: ways("at night:5, in the night:2, during the night, in the dark of night, by night"),
}
WEATHERS: dict[Weather, Ways[str]] = {
    Weather.CLEAR: ways("in clear weather, in fair weather"),
    Weather.RAIN: ways("in the rain:4, while it rains:2, while it is raining:2, in rainy weather, in a downpour"),
    Weather.SNOW: ways("while it snows:3, while it is snowing:2, in falling snow, in snowfall, ~amid snowflakes"),
    Weather.WIND: ways("in the wind:3, in a strong wind, while the wind blows:2, in windy weather, ~in a gale"),
}
IT_IS: dict[Light | Weather, Ways[str]] = {
    Light.SUNSET: ways("it is sunset, it is evening, ~it is twilight"),
    Light.NIGHT: ways("it is night:2, it is dark, it is nighttime"),
    Weather.RAIN: ways("it is raining:3, it rains:2, rain is falling, rain falls, it pours"),
    Weather.SNOW: ways("it is snowing:3, it snows:2, snow is falling, snow falls, ~snowflakes come down"),
    Weather.WIND: ways("it is windy:2, the wind blows:2, the wind is blowing, ~there is a gale"),
}
# A sentence, and the same with a verb in -ing after a noun: "night falls", "night falling".
_DARK = "night falls:4, it gets dark:3, it becomes night, night comes, ~darkness falls"
NEW_LIGHT: dict[tuple[Light, Light], Ways[str]] = {
    (Light.DAY, Light.SUNSET): ways("the sun sets:5, the sun goes down:2, evening comes, day turns into evening, dusk falls"),
    (Light.DAY, Light.NIGHT): ways(f"day turns into night:4, day becomes night, {_DARK}"),
    (Light.SUNSET, Light.NIGHT): ways(f"evening turns into night:2, {_DARK}"),
    (Light.NIGHT, Light.DAY): ways(
        "night turns into day:4, the sun rises:3, it gets light:2, day breaks, it becomes day, ~dawn comes"
    ),
    (Light.NIGHT, Light.SUNSET): ways("night turns into evening:2, it becomes evening, ~night gives way to twilight"),
    (Light.SUNSET, Light.DAY): ways("evening turns into day:2, it becomes day:2, daylight returns"),
}  # fmt: skip
SUN_MOVES = ("the sun sets", "the sun goes down", "the sun rises", "night falls", "evening comes", "day breaks")
BEGINS: dict[Weather, Ways[str]] = {
    Weather.RAIN: ways("it starts to rain:3, it begins to rain:2, rain begins to fall, it starts raining, ~a shower sets in"),
    Weather.SNOW: ways("it starts to snow:3, it begins to snow:2, snow begins to fall, it starts snowing, ~flurries set in"),
    Weather.WIND: ways("the wind starts to blow:2, wind comes up:2, it gets windy:2, a breeze picks up"),
}  # fmt: skip
ENDS: dict[Weather, Ways[str]] = {
    Weather.RAIN: ways("the rain stops:3, it stops raining:3, ~the shower ends"),
    Weather.SNOW: ways("the snow stops:2, it stops snowing:3, ~the flurries end"),
    Weather.WIND: ways("the wind stops:2, the wind dies down:2, the air calms"),
}
WEATHER_NOUNS = {Weather.RAIN: "the rain", Weather.SNOW: "the snow", Weather.WIND: "the wind"}

CAMERAS: dict[Camera, Ways[Forms]] = {
    Camera.STILL: verbs("stay still:2, not move/does not move/not moving, hold still, stay fixed, ~stay put"),
    Camera.PAN_LEFT: verbs("pan left:4, pan to the left:3, move left:2, move to the left, turn left, ~swivel left"),
    Camera.PAN_RIGHT: verbs("pan right:4, pan to the right:3, move right:2, move to the right, turn right, ~swivel right"),
    Camera.ZOOM_IN: verbs("zoom in:5, move closer:2, push in, come closer, ~draw nearer"),
    Camera.ZOOM_OUT: verbs("zoom out:5, pull back:2, move back, move away, draw back"),
    Camera.FOLLOW: verbs("follow {o}:5, track {o}:2, move along with {o}, stay with {o}, keep up with {o}"),
}  # fmt: skip
CAMERA_NOUNS: dict[Camera, Ways[str]] = {
    Camera.STILL: ways("still camera, static camera"),
    Camera.PAN_LEFT: ways("pan left:2, camera pan left, leftward pan"),
    Camera.PAN_RIGHT: ways("pan right:2, camera pan right, rightward pan"),
    Camera.ZOOM_IN: ways("zoom in:2, camera zoom in, inward zoom"),
    Camera.ZOOM_OUT: ways("zoom out:2, camera zoom out, outward zoom"),
    Camera.FOLLOW: ways("tracking shot:2, follow shot, following shot"),
}
ALL_THE_TIME = ways("all the time:2, the whole time:2, throughout, all along")

RELATIONS: dict[Relation, Ways[str]] = {
    Relation.LEFT_OF: ways("to the left of:4, left of:2, on the left of, on the left side of"),
    Relation.RIGHT_OF: ways("to the right of:4, right of:2, on the right of, on the right side of"),
    Relation.ABOVE: ways("above:4, over:3, ~higher than"),
    Relation.BELOW: ways("below:4, under:2, underneath, ~lower than"),
    Relation.IN_FRONT_OF: ways("in front of:5, ~nearer than"),
    Relation.BEHIND: ways("behind:5, at the back of"),
}
INVERSE = {
    Relation.LEFT_OF: Relation.RIGHT_OF, Relation.RIGHT_OF: Relation.LEFT_OF, Relation.ABOVE: Relation.BELOW,
    Relation.BELOW: Relation.ABOVE, Relation.IN_FRONT_OF: Relation.BEHIND, Relation.BEHIND: Relation.IN_FRONT_OF,
}  # fmt: skip
JOINTS = (" while ", " while ", " and ", " and ", ", and ", " as ", ", while ")
PASSES = verbs(
    "go from {a} to {b}:3, change from {a} to {b}:2, pass from {a} to {b}, switch from {a} to {b}, ~shift from {a} to {b}"
)
OPENINGS = ways("a cartoon of, a drawing of, an animation of, a picture of, a video of, a clip of")
# Everything else that a caption can be put together with.
GLUE = (
    "a an the and while as with then there is are it its he she him her they in on at of this another other first second "
    "camera view shot where which that who show draw animate please you can see we next after afterwards finally lastly "
    "later from to for seconds second s still keep keeps keeping go goes going on continue continues continuing colour "
    "color changes change clothes another one"
)
