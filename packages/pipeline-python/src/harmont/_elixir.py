"""Elixir."""

from __future__ import annotations

from ._elixir_install import ELIXIR_ENV, elixir_installed
from ._quote import quote_value
from ._entry import Entry
from ._install_step import form_of, kept_until, path_of
from ._toolchain import Toolchain, action_step, refuse_unknown
from ._wrong_use import boolean_of, text_of, whole_number_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict, Unpack

    from ._step import Step
    from ._option_types import StepOptions

    class ElixirOptions(TypedDict, total=False):
        path: str | None
        elixir_version: str | None
        otp_version: str | None
        image: str | None
        base: Step | None


class ElixirProject(Toolchain):
    """Elixir for one project, with compiled dependencies."""

    __slots__ = ("_plt",)
    tag = "ex"
    _where = "elixir"
    # Empty until plt() is called.
    _plt: list[Step]

    def __init__(self, path: str, installed: Step) -> None:
        super().__init__(path, installed)
        self._set(_plt=[])

    def compile(self, **options: Unpack[StepOptions]) -> Step:
        return self._mix("compile", "compile --warnings-as-errors", options)

    def test(self, cover: bool | None = None, partitions: int | None = None, **options: Unpack[StepOptions]) -> Step:
        """Runs mix test. `partitions` is the number of partitions; MIX_TEST_PARTITION in `env` selects one."""
        flags = " --cover" if boolean_of("elixir.test, cover", cover or False) else ""
        if partitions is not None:
            flags += f" --partitions {whole_number_of('elixir.test, partitions', partitions, 1)}"
        return self._mix("test", f"test{flags}", options, own=("cover", "partitions"))

    def format(self, **options: Unpack[StepOptions]) -> Step:
        """Fails if `mix format` would change a file."""
        return self._mix("format", "format --check-formatted", options)

    def credo(self, strict: bool | None = None, **options: Unpack[StepOptions]) -> Step:
        is_strict = boolean_of("elixir.credo, strict", True if strict is None else strict)
        return self._mix("credo", f"credo{' --strict' if is_strict else ''}", options, own=("strict",))

    def plt(self, **options: Unpack[StepOptions]) -> Step:
        """Returns the step that makes dialyzer's lookup table, cached until mix.lock changes.

        Every call returns the same step; the options of the first call apply.
        """
        refuse_unknown("elixir.plt", options)
        if not self._plt:
            cache = options.pop("cache", None) or kept_until("elixir", self.path, "mix.lock")
            self._plt.append(self._mix("plt", "dialyzer --plt", {**options, "cache": cache}))
        elif options:
            raise wrong_use("elixir.plt", "options at the first call only", options, "Call plt() before dialyzer().")
        return self._plt[0]

    def dialyzer(self, **options: Unpack[StepOptions]) -> Step:
        """Starts from plt()."""
        refuse_unknown("elixir.dialyzer", options)
        return action_step(self.plt(), self._in_path("mix dialyzer"), ":ex: dialyzer", options, ELIXIR_ENV)

    def sobelow(self, **options: Unpack[StepOptions]) -> Step:
        return self._mix("sobelow", "sobelow --exit", options)

    def deps_audit(self, **options: Unpack[StepOptions]) -> Step:
        return self._mix("deps-audit", "deps.audit", options, call="deps_audit")

    def hex_audit(self, **options: Unpack[StepOptions]) -> Step:
        return self._mix("hex-audit", "hex.audit", options, call="hex_audit")

    def release(self, mix_env: str | None = None, **options: Unpack[StepOptions]) -> Step:
        given = "prod" if mix_env is None else mix_env
        name = quote_value(text_of("elixir.release, mix_env", given, "Give a string, or omit it."))
        command = f"MIX_ENV={name} mix release"
        return self._action("release", command, options, own=("mix_env",), env=ELIXIR_ENV)

    def mix(self, task: str, **options: Unpack[StepOptions]) -> Step:
        """Runs any mix task, as written."""
        text = text_of("elixir.mix", task, "Name a task.")
        return self._mix(text, text, options, call="mix")

    def ci(self) -> tuple[Step, ...]:
        return (self.compile(), self.test(), self.format())

    def _mix(self, name: str, task: str, options: Any, call: str = "", own: tuple[str, ...] = ()) -> Step:
        return self._action(name, f"mix {task}", options, call=call, own=own, env=ELIXIR_ENV)

    def _starting(self, start: Step) -> ElixirProject:
        return self._copy(installed=start, _plt=[])


class ElixirEntry(Entry):
    """Elixir: `hm.elixir(elixir_version=…)`, or `hm.elixir.test(path=…)`. The image must be Ubuntu."""

    _where = "elixir"
    _options = ("path", "image", "base", "elixir_version", "otp_version")
    _actions = (
        *("compile", "test", "format", "credo", "plt", "dialyzer", "sobelow", "deps_audit", "hex_audit", "release"),
        *("mix", "ci", "install"),
    )

    def __call__(self, **options: Unpack[ElixirOptions]) -> ElixirProject:
        made: ElixirProject = self._read(options)
        return made

    def _make(
        self, *, path: str = ".", elixir_version: str = "1.18.3", otp_version: str = "27.3.3", **ground: Any
    ) -> ElixirProject:
        directory = path_of("elixir", path)
        three = r"[0-9]+\.[0-9]+\.[0-9]+"
        version = form_of("elixir, elixir_version", elixir_version, three, 'a version such as "1.18.3"')
        expected = 'a version such as "27.3.3" or "27"'
        otp = form_of("elixir, otp_version", otp_version, r"[0-9]+(\.[0-9]+(\.[0-9]+)?)?", expected)
        made = ElixirProject(directory, elixir_installed(version, otp, ground))
        deps = made._in_path("mix deps.get && mix deps.compile")
        kept = kept_until("elixir", directory, "mix.lock")
        return made.setup(deps, label=":ex: mix-deps", cache=kept, env=ELIXIR_ENV)


elixir = ElixirEntry()
