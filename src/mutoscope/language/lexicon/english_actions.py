"""How English speaks of what a camera and a subject do. The notation is explained in `phrases`."""

from mutoscope.language.lexicon.phrases import Phrasings, read_phrasings

_LEFT = (
    "left:5, to the left:4, leftward, toward the left, towards the left, from right to left, ~leftwards, "
    "~to the left side"
)
_RIGHT = (
    "right:5, to the right:4, rightward, toward the right, towards the right, from left to right, ~rightwards, "
    "~to the right side"
)
_UP = "up:6, upward:2, toward the top, towards the top, from bottom to top, ~upwards, ~to the upper edge"
_DOWN = "down:6, downward:2, toward the bottom, towards the bottom, from top to bottom, ~downwards, ~to the lower edge"
_CLOCKWISE = "clockwise:4, in a clockwise direction, in the clockwise direction, ~in clockwise fashion"
_COUNTERCLOCKWISE = (
    "counterclockwise:3, anticlockwise:2, counter-clockwise, in a counterclockwise direction, "
    "in an anticlockwise direction, ~in anticlockwise fashion"
)


def _diagonal(up: str, left: str, upper: str, top: str) -> str:
    return (
        f"{up} and to the {left}:3, {up} and {left}:2, {up} {left}, to the {upper} {left}:2, to the {top} {left}, "
        f"toward the {upper} {left}, diagonally {up} to the {left}, diagonally {up} and {left}, "
        f"diagonally to the {upper} {left}, toward the {top} {left} corner, {up} to the {left}, {left} and {up}, "
        f"~{up}-{left}wards, ~into the {top} {left} corner, ~{left} and {up}wards"
    )


_DIRECTIONS = {
    "left": _LEFT,
    "right": _RIGHT,
    "up": _UP,
    "down": _DOWN,
    "up left": _diagonal("up", "left", "upper", "top"),
    "up right": _diagonal("up", "right", "upper", "top"),
    "down left": _diagonal("down", "left", "lower", "bottom"),
    "down right": _diagonal("down", "right", "lower", "bottom"),
    "clockwise": _CLOCKWISE,
    "counterclockwise": _COUNTERCLOCKWISE,
}

_PAN = {
    "verbs": "pan {d}*, pan {d}*, pan {d}*, turn {d}, swing {d}, sweep {d}, move {d}, slide {d}, truck {d}*, track "
    "{d}, travel {d}, glide {d}, look {d}*, shift {d}, go {d}, scroll {d}, drift {d}, ~swivel {d}, ~veer {d}, "
    "~roam {d}",
    "nouns": "pan {d}, camera pan {d}, turn {d}, camera move {d}, sweep {d}, camera movement {d}, slide {d}, "
    "~panning shot {d}, ~pivot {d}",
    "objects": "move {o} {d}, turn {o} {d}, pan {o} {d}, swing {o} {d}, slide {o} {d}, shift {o} {d}, ~steer {o} {d}",
}
_TILT = {
    "verbs": "tilt {d}*, tilt {d}*, tilt {d}*, look {d}*, move {d}, pan {d}*, crane {d}*, pedestal {d}*, go {d}, "
    "swing {d}, turn {d}, shift {d}, sweep {d}, ~angle {d}*, ~swivel {d}, ~pitch {d}",
    "nouns": "tilt {d}, camera tilt {d}, camera move {d}, pedestal {d}, camera movement {d}, ~crane shot {d}, "
    "~crane move {d}",
    "objects": "tilt {o} {d}, move {o} {d}, turn {o} {d}, point {o} {d}, ~angle {o} {d}",
}
_ROLL = {
    "verbs": "roll {d}*, rotate {d}, turn {d}, spin {d}, twist {d}, ~revolve {d}, ~wheel {d}, rotate around its axis "
    "{d} !",
    "nouns": "roll {d}, camera roll {d}, rotation {d}, camera rotation {d}, ~barrel roll {d}",
    "objects": "roll {o} {d}, rotate {o} {d}, turn {o} {d}, spin {o} {d}, ~twirl {o} {d}",
}
_ORBIT = {
    "verbs": "orbit {d}*, orbit {d}*, circle {d}*, arc {d}*, orbit around {o} {d}*, circle around {o} {d}*, move "
    "around {o} {d}, travel around {o} {d}, go around {o} {d}, ~loop around {o} {d}*, ~curve around {o} {d}, "
    "~swing around {o} {d}",
    "nouns": "orbit {d}, camera orbit {d}, arc {d}, orbit around {o} {d}, arc shot {d}, ~orbiting shot {d}, ~loop {d}",
    "objects": "orbit {o} {d}, move {o} around the subject {d}, ~swing {o} around the subject {d}",
}
_ORBIT_DIRECTIONS = {
    "left": "left:3, to the left:4, leftward, ~leftwards",
    "right": "right:3, to the right:4, rightward, ~rightwards",
}
_STILL = (
    "stay still, hold still, keep still, remain still, stay fixed, stay in place, remain static, remain fixed, "
    "stand still, not move/does not move/not moving, not move/doesn't move/not moving, remain motionless, "
    "hold steady, ~stay put, ~be motionless, ~stay where it is"
)


def _camera(kind: dict[str, str], direction: str, extra: str = "") -> Phrasings:
    words = _ORBIT_DIRECTIONS[direction] if kind is _ORBIT else _DIRECTIONS[direction]
    return read_phrasings(kind["verbs"] + extra, nouns=kind["nouns"], objects=kind["objects"], directions=words)


CAMERA: dict[str, Phrasings] = {
    "still": read_phrasings(
        _STILL + ", be locked, stay locked",
        nouns="static shot, still shot, fixed shot, static camera, fixed camera, locked-off shot, still camera, "
        "~tripod shot, ~stationary camera",
        objects="keep {o} still, hold {o} still, keep {o} fixed, do not move {o}, don't move {o}, ~leave {o} where "
        "it is",
    ),
    "pan left": _camera(_PAN, "left"),
    "pan right": _camera(_PAN, "right"),
    "tilt up": _camera(_TILT, "up", ", rise, climb, lift up, ~ascend, ~gaze up"),
    "tilt down": _camera(_TILT, "down", ", lower, sink, descend, ~dip, ~gaze down"),
    "zoom in": read_phrasings(
        "zoom in*, zoom in*, zoom in*, push in*, push in*, dolly in*, move in*, move closer*, get closer*, "
        "come closer, go closer*, close in*, creep in*, ease in*, come nearer, move nearer*, get nearer*, "
        "approach {o}, move forward*, go forward*, push forward*, zoom in on {o}*, close in on {o}*, "
        "move toward {o}*, move towards {o}*, zoom into the picture*, push toward {o}*, move in on {o}!, "
        "focus in on {o}*, go in*, ~draw nearer*, ~inch closer*, ~advance, ~tighten on {o}*, ~dolly forward*, "
        "~zoom closer*, ~inch toward {o}",
        nouns="zoom in, zoom-in, zoom in on {o}, push in, push-in, dolly in, camera zoom in, move in, move closer, "
        "~inward zoom, ~forward dolly, ~approach toward {o}",
        objects="zoom {o} in, move {o} closer, bring {o} closer, push {o} in, move {o} in, ~pull {o} nearer, ~edge "
        "{o} closer",
    ),
    "zoom out": read_phrasings(
        "zoom out*, zoom out*, zoom out*, pull out*, pull back*, pull back*, dolly out*, move back*, move out*, "
        "move away*, back away*, back up*, move backward*, move backwards*, go back*, zoom away*, get farther away*, "
        "move farther away*, move further away*, move away from {o}*, pull away from {o}*, draw back*, step back*, "
        "ease out*, zoom back*, widen out!*, back off*, ~retreat, ~withdraw, ~pull farther back*, ~dolly back*, "
        "~ease back*, ~recede from {o}",
        nouns="zoom out, zoom-out, pull back, pull-back, dolly out, camera zoom out, pull out, pull-out, move back, "
        "~outward zoom, ~retreat from {o}",
        objects="zoom {o} out, move {o} back, pull {o} back, move {o} away, pull {o} out, ~draw {o} away, ~take {o} "
        "farther back",
    ),
    "roll clockwise": _camera(_ROLL, "clockwise", ", roll to the right*, roll right*"),
    "roll counterclockwise": _camera(_ROLL, "counterclockwise", ", roll to the left*, roll left*"),
    "orbit left": _camera(_ORBIT, "left"),
    "orbit right": _camera(_ORBIT, "right", ", orbit around {o}*, circle around {o}*, move around {o}*"),
    "shake": read_phrasings(
        "shake, shake, tremble, wobble, jitter, vibrate, jiggle, shudder, rattle, shake as if handheld, "
        "shake back and forth, move like a handheld camera, wobble like a handheld camera!, ~quiver, ~judder, "
        "~be shaky, ~shiver",
        nouns="camera shake, shake, handheld shake, handheld camera, shaky camera, shaky shot, handheld shot, camera "
        "wobble, ~camera tremor, ~unsteady camera, ~shakiness",
        objects="shake {o}, wobble {o}, jiggle {o}, ~rattle {o}",
    ),
}

_MOVE = (
    "move {d}, move {d}, move {d}, go {d}, slide {d}, glide {d}, travel {d}, shift {d}, head {d}, fly {d}, sail {d}, "
    "~veer {d}, ~scoot {d}, ~proceed {d}, ~edge {d}"
)
_MOVE_OBJECTS = "move {o} {d}, slide {o} {d}, shift {o} {d}, push {o} {d}, ~nudge {o} {d}, ~carry {o} {d}"
_DRIFT = (
    "drift {d}, drift {d}, float {d}, waft {d}, coast {d}, drift away {d}, drift off {d}, float away {d}, "
    "drift along {d}!, ~meander {d}, ~float off {d}, ~float along {d}"
)
_DRIFT_DIRECTIONS = {
    "left": "left:4, to the left:4, leftward, toward the left, towards the left, ~leftwards",
    "right": "right:4, to the right:4, rightward, toward the right, towards the right, ~rightwards",
}
_SPIN = (
    "spin {d}, spin {d}, rotate {d}, rotate {d}, turn {d}, whirl {d}, twirl {d}, revolve {d}, spin around {d}, "
    "turn around {d}, ~pivot {d}, ~gyrate {d}, ~pirouette {d}"
)
_SPIN_OBJECTS = "spin {o} {d}, rotate {o} {d}, turn {o} {d}, whirl {o} {d}, ~twist {o} {d}"


def _spin(direction: str, extra: str = "") -> Phrasings:
    return read_phrasings(_SPIN + extra, objects=_SPIN_OBJECTS, directions=_DIRECTIONS[direction])


SUBJECT: dict[str, Phrasings] = {
    "still": read_phrasings(_STILL + ", rest in place", objects="keep {o} still, do not move {o}, don't move {o}, "
    "~freeze {o}"),
    **{
        f"move {direction}": read_phrasings(_MOVE, objects=_MOVE_OBJECTS, directions=_DIRECTIONS[direction])
        for direction in ("left", "right", "up", "down", "up left", "up right", "down left", "down right")
    },
    "rise": read_phrasings(
        "rise, rise, rise up, float up, float upward, lift off, ascend, climb, soar, lift up, drift up, "
        "drift upward, take off, rise into the air, go up in the air, float up into the air, rise up high!, "
        "climb upward, rise higher, ~soar upward, ~waft up, ~climb into the air, ~levitate upward, ~arise",
        objects="lift {o}, lift {o} up, raise {o}, float {o} up, ~hoist {o}, ~elevate {o}",
    ),
    "fall": read_phrasings(
        "fall, fall, fall down, drop, drop down, sink, descend, tumble down, plunge, come down, float down, "
        "sink down, fall to the ground, drop to the ground, float downward, drift down, fall downward!, ~plummet, "
        "~sink lower, ~tumble downward, ~descend to the ground",
        objects="drop {o}, lower {o}, let {o} fall, let {o} drop, ~sink {o}",
    ),
    "float": read_phrasings(
        "float, float, hover, bob, bob up and down, float in place, hang in the air, levitate, float in the air, "
        "hover in the air, hover in place, float up and down, bob in place!, ~hover in midair, ~bobble, "
        "~float weightlessly, ~levitate in place",
    ),
    **{
        f"drift {direction}": read_phrasings(_DRIFT, directions=_DRIFT_DIRECTIONS[direction])
        for direction in ("left", "right")
    },
    "bounce": read_phrasings(
        "bounce, bounce, bounce up and down, hop, hop up and down, jump, jump up and down, spring up and down, "
        "leap up and down, bounce in place, hop in place, bounce on the spot!, ~bound up and down, ~bounce around, "
        "~jump on the spot, ~rebound",
        objects="bounce {o}, bounce {o} up and down, ~dribble {o}",
    ),
    "sway": read_phrasings(
        "sway, sway, sway from side to side, swing, swing back and forth, rock, rock from side to side, "
        "bend from side to side, lean from side to side, sway in the wind, sway in the breeze, bend in the wind, "
        "swing from side to side, wobble, rock back and forth, sway back and forth!, sway left and right, ~teeter, "
        "~lean back and forth, ~totter, ~swing in the wind",
        objects="rock {o}, swing {o} back and forth, rock {o} from side to side, ~tilt {o} from side to side",
    ),
    # A spin without a direction is clockwise, so that "the wheel spins" is never ambiguous.
    "spin clockwise": _spin("clockwise", ", spin, spin, rotate, spin around, twirl, whirl around, turn in a circle, "
    "~gyrate, ~pirouette"),
    "spin counterclockwise": _spin("counterclockwise"),
    "grow": read_phrasings(
        "grow, grow, get bigger, become bigger, become larger, grow larger, grow bigger, expand, swell, swell up, "
        "inflate, get larger, increase in size, come closer, come toward the camera, approach the camera, scale up, "
        "expand outward, enlarge, grow in size, come nearer!, ~widen, ~puff up, ~bulge, ~swell in size, ~magnify",
        objects="make {o} bigger, make {o} larger, enlarge {o}, scale {o} up, expand {o}, ~magnify {o}",
    ),
    "shrink": read_phrasings(
        "shrink, shrink, get smaller, become smaller, grow smaller, contract, deflate, scale down, decrease in size, "
        "shrink in size, move away from the camera, recede, go farther away, shrink down, move into the distance, "
        "recede into the distance!, ~dwindle, ~diminish, ~shrivel, ~contract in size, ~lessen",
        objects="make {o} smaller, shrink {o}, scale {o} down, deflate {o}, ~reduce {o}, ~compress {o}",
    ),
    "pulse": read_phrasings(
        "pulse, pulse, breathe, pulsate, throb, breathe in and out, "
        "swell and shrink/swells and shrinks/swelling and shrinking, beat, beat like a heart, "
        "expand and contract/expands and contracts/expanding and contracting, pulse like a heart, "
        "get bigger and smaller, grow and shrink/grows and shrinks/growing and shrinking, pulse in and out!, ~heave, "
        "~palpitate, ~throb like a heart, ~inflate and deflate/inflates and deflates/inflating and deflating",
    ),
    "ripple": read_phrasings(
        "ripple, ripple, undulate, ripple like water, flutter, billow, wave like a flag, wave like water, shimmer, "
        "flow like water, move in waves, flutter in the wind, ripple like a flag, billow in the wind, "
        "wave in the wind!, ripple in waves, ~ruffle, ~undulate like water, ~surge, ~flow in waves, ~quaver",
    ),
}  # fmt: skip

# Verbs that carry their speed; said only of moves of that speed, {d} as in the action's direction.
FAST_MOVE = "rush {d}, race {d}, dart {d}, shoot {d}, zip {d}, ~dash {d}, ~bolt {d}"
SLOW_MOVE = "creep {d}, inch {d}, crawl {d}, ~plod {d}"
FAST_PAN = "whip {d}*, whip around {d}, ~flick {d}"


def _speedy(listing: str, directions: dict[str, str]) -> dict[str, Phrasings]:
    return {action: read_phrasings(listing, directions=_DIRECTIONS[name]) for action, name in directions.items()}


_MOVES = {f"move {name}": name for name in _DIRECTIONS if "clockwise" not in name}
FAST: dict[str, Phrasings] = {
    **_speedy(FAST_MOVE, _MOVES),
    **_speedy(FAST_PAN, {"pan left": "left", "pan right": "right"}),
}
SLOW: dict[str, Phrasings] = _speedy(SLOW_MOVE, _MOVES)
