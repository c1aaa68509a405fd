"""The paper: its equations, networks, training stages, and the systems it is compared with."""
