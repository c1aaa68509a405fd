"""The feature networks KID can be taken with, and what each is for. Imports none of them; `features` has them."""

EXTRACTORS = {
    "savanna": "the default for drawn pictures; ships with the library",
    "fid-inception": "the default for photographs, as in the paper; fetched once",
    "inception": "torchvision's Inception-v3; fetched once",
    "efficientnet-lite0": "for photographs, offline",
}
