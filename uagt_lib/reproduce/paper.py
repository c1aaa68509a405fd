"""The numbers the paper prints, each in this one place, by the names of `METHODS`.

KID x 100, mean of source and target, and ± over splits: (horse to zebra, zebra to horse).
"""

Kids = dict[str, tuple[tuple[float, float], tuple[float, float]]]

TABLE_1: Kids = {
    "discogan": ((13.68, 0.28), (16.60, 0.50)),
    "ra": ((10.16, 0.12), (10.97, 0.26)),
    "dualgan": ((10.38, 0.31), (12.86, 0.50)),
    "unit": ((11.22, 0.24), (13.63, 0.34)),
    "cyclegan": ((10.25, 0.25), (11.44, 0.38)),
    "uagt": ((6.93, 0.27), (8.87, 0.26)),
}
TABLE_2: Kids = {
    "uagt-cycle": ((41.48, 0.34), (64.55, 0.34)),
    "uagt-cycleAtt": ((7.79, 0.23), (9.46, 0.38)),
    "uagt-As": ((7.62, 0.25), (10.90, 0.25)),
    "uagt-At": ((7.80, 0.21), (9.30, 0.45)),
    "uagt-D": ((7.77, 0.35), (9.26, 0.22)),
    "uagt-D-A": ((8.28, 0.34), (9.86, 0.32)),
    "uagt": ((6.93, 0.27), (8.87, 0.26)),
}
