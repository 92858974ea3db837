"""`python -m digivl` is the command `digivl`."""

from digivl.cli import main

if __name__ == "__main__":
    main()
