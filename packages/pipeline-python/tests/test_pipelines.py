from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import harmont as hm
from tests.clean import CleanCase

if TYPE_CHECKING:
    from harmont._rust import RustProject


def rendered(slug):
    """Returns the definition of a registered pipeline."""
    envelope = json.loads(hm.dump_registry_json(now=0))
    return next(each["definition"] for each in envelope["pipelines"] if each["slug"] == slug)


def commands(slug):
    return [node["step"]["cmd"] for node in rendered(slug)["graph"]["nodes"]]


class Pipelines(CleanCase):
    def test_the_envelope_has_them_in_order(self):
        @hm.pipeline("a", name="First", triggers=[hm.push(tag="v*")], allow_manual=False, timeout="20m")
        def one():
            return hm.sh("x")

        @hm.pipeline()
        def the_second_one():
            return (hm.sh("y"),)

        first, second = json.loads(hm.dump_registry_json())["pipelines"]
        told = [first[name] for name in ("slug", "name", "allow_manual", "triggers")]
        self.assertEqual(told, ["a", "First", False, [{"event": "push", "tags": ["v*"]}]])
        self.assertEqual(first["definition"]["timeout_seconds"], 1200)
        self.assertEqual((second["slug"], second["name"]), ("the-second-one", "the-second-one"))
        self.assertEqual(list(first), ["slug", "name", "allow_manual", "triggers", "definition"])

    def test_a_slug_twice_in_a_file_is_an_error(self):
        hm.pipeline("a")(lambda: hm.sh("x"))
        with self.assertRaisesRegex(hm.WrongUse, 'one pipeline with the slug "a" in a file, got two'):
            hm.pipeline("a")(lambda: hm.sh("y"))

    def test_options_are_checked_where_the_decorator_stands(self):
        with self.assertRaisesRegex(hm.WrongUse, "pipeline, retry: expected a whole number from 1 to 10"):
            hm.pipeline("a", retry=11)
        with self.assertRaisesRegex(hm.WrongUse, "pipeline, triggers: expected a trigger, got an object"):
            hm.pipeline("a", triggers=[{}])

    def test_what_it_gives_must_be_steps(self):
        hm.pipeline("a")(lambda: 42)
        with self.assertRaisesRegex(hm.WrongUse, "pipeline: expected a step, a wait or a list of them, got 42"):
            hm.dump_registry_json()

    def test_steps_lists_toolchains_and_targets_are_leaves(self):
        @hm.target()
        def both():
            return hm.group([hm.sh("a"), [hm.sh("b")]])

        @hm.pipeline("ci")
        def ci(both: hm.Target[tuple[hm.Step, ...]]) -> hm.Pipeline:
            return [both, (hm.wait(), hm.js.project(pm="npm"))]

        self.assertEqual(commands("ci")[:2], ["a", "b"])
        self.assertEqual(commands("ci")[-1], "cd . && npm ci")

    def test_other_decorators_may_lie_around_a_function(self):
        import functools

        def twice(function):
            @functools.wraps(function)
            def inner(*args, **words):
                return [function(*args, **words), function(*args, **words)]

            return inner

        hm.target("base")(functools.lru_cache(lambda: hm.sh("b")))

        @hm.pipeline()
        @twice
        def ci(base: hm.Target[hm.Step]):
            return base.sh("x")

        self.assertEqual(commands("ci"), ["b", "x", "x"])
        with self.assertRaisesRegex(
            hm.WrongUse, "pipeline: expected a function, got 3. Write the decorator above a def"
        ):
            hm.pipeline("a")(3)


class Targets(CleanCase):
    def test_are_made_once_per_render(self):
        made = []

        @hm.target()
        def base() -> hm.Step:
            made.append(1)
            return hm.sh("base")

        @hm.target()
        def left(base: hm.Target[hm.Step]):
            return base.sh("left")

        @hm.pipeline("ci")
        def ci(base: hm.Target[hm.Step], left: hm.Target):
            return [left, base.sh("right"), __import__("harmont").sh("end", depends_on=base)]

        self.assertEqual(commands("ci"), ["base", "left", "right", "end"])
        self.assertEqual(len(made), 1)
        hm.dump_registry_json()
        self.assertEqual(len(made), 2)

    def test_types_that_only_type_checkers_see_do_no_harm(self):
        @hm.target()
        def project():
            return hm.sh("p")

        @hm.pipeline("ci")
        def ci(project: hm.Target[RustProject], extra: RustProject = None, image: str = "x"):
            return project.sh(f"{extra} {image}")

        self.assertEqual(commands("ci"), ["p", "None x"])

    def test_a_base_image_is_a_root_with_that_image(self):
        @hm.pipeline("ci")
        def ci(base: Annotated[hm.Step, hm.BaseImage("debian:12")]):
            return base.sh("x")

        self.assertEqual(rendered("ci")["graph"]["nodes"][0]["step"]["image"], "debian:12")

    def test_annotations_that_are_no_text_mean_the_same(self):
        def project(base, other):
            return base.sh("a").sh(other.cmd)

        project.__annotations__ = {"base": Annotated[hm.Step, hm.BaseImage("i")], "other": hm.Target[hm.Step]}
        hm.target("other")(lambda: hm.sh("o"))
        hm.pipeline("ci")(project)
        self.assertEqual(commands("ci"), ["a", "o"])

    def test_parameters_without_a_meaning_are_errors_at_decoration(self):
        def plain(x): ...
        def typed(x: hm.Step): ...
        def keyword(*, x): ...
        def positional(x=1, /): ...
        def many(*x): ...
        def named(**x): ...

        async def later(): ...

        def one_by_one():
            yield hm.sh("x")

        for function, message in (
            (plain, r"parameters with a meaning, in plain\(\), got x. Annotate it with Target\[T\]"),
            (typed, r"in typed\(\), got x"),
            (keyword, r"in keyword\(\), got x"),
            (positional, "parameters that can be given by name, got a positional-only one"),
            (many, "named parameters only, got"),
            (named, "named parameters only, got"),
            (later, "a function that returns steps, got one with async or yield. Return them."),
            (one_by_one, "a function that returns steps, got one with async or yield"),
        ):
            for decorator in (hm.target(), hm.pipeline("a")):
                with self.subTest(function.__name__), self.assertRaisesRegex(hm.WrongUse, message):
                    decorator(function)

    def test_a_cycle_shows_its_path(self):
        @hm.target()
        def a(b: hm.Target[hm.Step]):
            return b

        @hm.target()
        def b(c: hm.Target[hm.Step]):
            return c

        @hm.target()
        def c(a: hm.Target[hm.Step]):
            return a

        expected = "target b: expected targets that do not need themselves, got b -> c -> a -> b. Break the cycle."
        with self.assertRaises(hm.WrongUse) as raised:
            b()
        self.assertEqual(str(raised.exception), expected)

    def test_a_target_that_is_not_there_is_named_with_those_that_are(self):
        hm.target("base")(lambda: hm.sh("x"))

        @hm.pipeline("ci")
        def ci(bse: hm.Target[hm.Step]):
            return bse

        with self.assertRaisesRegex(hm.WrongUse, 'ci: expected a target with the name "bse", got none. .* are: base'):
            hm.dump_registry_json()

    def test_a_name_is_looked_up_in_its_own_file_first(self):
        def of(module):
            function = lambda: hm.sh(module)
            function.__module__ = module
            return function

        hm.target("base")(of("other"))
        hm.target("base")(of("another"))

        @hm.pipeline("ci")
        def ci(base: hm.Target[hm.Step]):
            return base

        with self.assertRaisesRegex(hm.WrongUse, 'one target with the name "base", got those of other and another'):
            hm.dump_registry_json()
        hm.target("base")(of(__name__))
        self.assertEqual(commands("ci"), [__name__])
        with self.assertRaisesRegex(hm.WrongUse, 'one target with the name "base" in a file, got two'):
            hm.target("base")(of(__name__))


class Matrices(CleanCase):
    def test_a_target_belongs_to_no_cell(self):
        @hm.target()
        def base():
            return hm.sh("base", label="base")

        leaves = hm.matrix({"a": [1, 2]}, lambda cell: base().sh(f"x {cell.a}", label="x"))
        steps = [node["step"] for node in hm.pipeline(leaves)["graph"]["nodes"]]
        self.assertEqual([step["label"] for step in steps], ["base", "x (a=1)", "x (a=2)"])
        self.assertEqual([step.get("matrix") for step in steps][0], None)

    def test_nested_ones_join_their_cells(self):
        leaves = hm.matrix({"a": [1]}, lambda _: hm.matrix({"b": [True]}, lambda _: hm.sh("x")))
        self.assertEqual(leaves[0].label, "x (a=1, b=true)")

    def test_filters_tell_numbers_from_booleans(self):
        cells = hm.matrix({"a": [1, True, "1"]}, exclude=[{"a": True}])
        self.assertEqual([cell.a for cell in cells], [1, "1"])
        self.assertEqual(cells[0].name("t"), "t (a=1)")

    def test_a_failing_function_leaves_the_cell(self):
        with self.assertRaises(ZeroDivisionError):
            hm.matrix({"a": [1]}, lambda _: 1 / 0)
        self.assertIsNone(hm.sh("x").label)
