"""The shelves of the catalogue and of the symptoms, in the order people are shown them."""

CATEGORIES = (
    "diagnostic",
    "service",
    "wheels",
    "brakes",
    "drivetrain",
    "bearings",
    "steering",
    "contact",
    "lights",
    "ebike",
    "cargo",
    "children",
    "frame",
    "accessories",
)
