"""Values as texts, written as the TypeScript SDK writes them."""

from __future__ import annotations

from ._wrong_use import is_well_formed, wrong_use


def value_text(where: str, value: object) -> str:
    """Returns a string, number or boolean as text: `true`, `22`, `1.5`."""
    if isinstance(value, str):
        if "\0" in value or not is_well_formed(value):
            raise wrong_use(where, "a string of valid Unicode without U+0000", value, "Remove the character.")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, float) and abs(value) < float("inf"):
        return _number_text(value)
    raise wrong_use(where, "a string, a number or a boolean", value, "Write the value as a string.")


def _number_text(value: float) -> str:
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    sign = "-" if value < 0 else ""
    if exponent == "":
        return sign + mantissa.removesuffix(".0")
    power = int(exponent)
    digits = mantissa.replace(".", "")
    if 0 < power < 21:
        return sign + digits.ljust(power + 1, "0")
    if -7 < power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    return f"{sign}{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"
