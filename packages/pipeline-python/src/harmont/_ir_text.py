"""Values as texts, written as the TypeScript SDK writes them."""

from __future__ import annotations

from ._wrong_use import is_well_formed, wrong_use


def value_text(where: str, value: object) -> str:
    """A string, number or boolean as text: `true`, `22`, `1.5`."""
    if isinstance(value, str):
        if "\0" in value or not is_well_formed(value):
            raise wrong_use(where, "a string of valid Unicode without U+0000", value, "Take the character out.")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, float) and abs(value) < float("inf"):
        return _number_text(value)
    raise wrong_use(where, "a string, a number or a boolean", value, "Write the value as a string.")


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if exponent == "":
        return mantissa
    if -7 < int(exponent) < 0:
        return f"{value:.{len(mantissa.replace('-', '').replace('.', '')) - 1 - int(exponent)}f}"
    return f"{mantissa}e{'+' if int(exponent) > 0 else '-'}{abs(int(exponent))}"
