"""``python -m rmatch`` is the command line."""

from rmatch.cli import main

if __name__ == "__main__":
    main()
