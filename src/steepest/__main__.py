"""`python -m steepest` is `steepest`."""

from steepest.cli.main import main

if __name__ == "__main__":
    main()
