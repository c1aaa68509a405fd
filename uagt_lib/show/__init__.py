"""What several lessons and figures share: plots, colours, the map of the system, widgets."""
