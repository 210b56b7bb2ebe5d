import re
from pathlib import Path

import harmont as hm
from tests.project import ProjectCase

README = Path(__file__).parent.parent / "README.md"


class Readme(ProjectCase):
    def test_its_example_renders(self):
        [example] = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
        self.put(".hm/ci.py", example)
        self.assertEqual(self.commands()[1:], ["make", "make test", "make lint"])

    def test_every_name_that_it_gives_is_there(self):
        table = "\n".join(line for line in README.read_text().splitlines() if line.startswith("| "))
        called = set(re.findall(r"`@?([a-z_]+)\(", table)) - {"step"}
        self.assertIn("sh", called)
        self.assertEqual([name for name in called if not hasattr(hm, name)], [])

    def test_every_name_that_is_offered_can_be_had(self):
        for name in hm.__all__:
            self.assertIsNotNone(getattr(hm, name), name)
        self.assertLessEqual(set(hm.__all__), set(dir(hm)))
