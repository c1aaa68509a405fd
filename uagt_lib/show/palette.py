"""The colours of every figure, after Okabe and Ito: told apart by nearly everybody. S is blue, T is orange."""

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
PURPLE, YELLOW, SKY, AMBER, BLACK = "#CC79A7", "#F0E442", "#56B4E9", "#E69F00", "#000000"
