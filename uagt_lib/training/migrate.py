"""Configurations as older versions stored them, in today's words."""

from typing import Any

FORMER = {"crop": "size"}  # today's name: what it was
GONE = {"updates"}  # "joint", or "sequential" for a comparison that is a program of its own now


def migrate(values: dict[str, Any]) -> dict[str, Any]:
    """A stored configuration as `Config.to_dict` would write it now; one of today comes back as it is."""
    today = {former: name for name, former in FORMER.items()}
    values = {today.get(name, name): value for name, value in values.items() if name not in GONE}
    return values | {"view": values.get("view") or values.get("crop")}  # null: where training crops
