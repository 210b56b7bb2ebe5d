import sys
from datetime import date

from rota.rota import read_rota


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else "rota.ini"
    print(read_rota(path).on_call(date.today()))


if __name__ == "__main__":
    main()
