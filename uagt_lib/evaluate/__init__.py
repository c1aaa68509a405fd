"""How good a translation is: KID, attention against masks, and the reports that say so."""
