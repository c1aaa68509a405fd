"""`python -m uagt_lib` is `uagt`."""

from uagt_lib.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
