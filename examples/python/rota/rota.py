from dataclasses import dataclass
from datetime import date

from iniconfig import IniConfig


@dataclass(frozen=True)
class Rota:
    """People who take turns, a week each, from a Monday on."""

    start: date
    people: tuple[str, ...]

    def on_call(self, day: date) -> str:
        """Who has the week of this day. Raises ValueError for days before the start."""
        if day < self.start:
            raise ValueError(f"the rota starts on {self.start}, {day} is before it")
        weeks = (day - self.start).days // 7
        return self.people[weeks % len(self.people)]


def read_rota(path: str) -> Rota:
    """Reads an INI file with a section [rota]. Raises ValueError that says what is wrong."""
    section = IniConfig(path)["rota"]
    people = tuple(name.strip() for name in section["people"].splitlines() if name.strip())
    if not people:
        raise ValueError(f"{path}: people is empty")
    start = date.fromisoformat(section["start"])
    if start.weekday() != 0:
        raise ValueError(f"{path}: start is a Monday, {start} is none")
    return Rota(start, people)
