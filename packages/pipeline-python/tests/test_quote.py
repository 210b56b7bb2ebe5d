import random
import subprocess
import unittest

from harmont._quote import in_directory, quote, quote_value

ROWS = [
    ("src/a_b-1.2", "src/a_b-1.2"),
    ("a@%+=:,b", "a@%+=:,b"),
    ("my app", "'my app'"),
    ("it's", "'it'\\''s'"),
    ("'done already'", "'done already'"),
    ('"$HOME/x y"', '"$HOME/x y"'),
    ("'a' 'b'", "''\\''a'\\'' '\\''b'\\'''"),
    ("$HOME/my app", '"$HOME/my app"'),
    ('$A"`\\', '"$A\\"\\`\\\\"'),
    ("~/x", "~/x"),
    ("~/my app", "~/'my app'"),
    ("~/", "~/"),
    ("~", "'~'"),
    ("-x", "./-x"),
    ("-x y", "'./-x y'"),
    ("é", "'é'"),
    ("a\n", "'a\n'"),
    ("", "''"),
]


class Quote(unittest.TestCase):
    def test_rows(self):
        for text, word in ROWS:
            self.assertEqual(quote(text), word)
        self.assertEqual(quote_value("-x"), "-x")

    def test_the_shell_gets_back_the_text_as_one_word(self):
        random.seed(1)
        texts = ["".join(random.choices("ab \"'`\\;&|*?!\n#é😀(){}<>", k=random.randint(1, 12))) for _ in range(200)]
        # A quoted text is kept as the author wrote it.
        words = [text for text in texts if quote_value(text) != text and text[0] not in "'\""]
        script = "printf '%s\\0' " + " ".join(map(quote_value, words))
        printed = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout
        self.assertEqual(printed.decode().split("\0")[:-1], words)

    def test_no_line_runs_where_the_directory_is_missing(self):
        script = in_directory("/no/such directory", "echo one\necho two")
        self.assertEqual(script, "cd '/no/such directory' || exit 1\necho one\necho two")
        ended = subprocess.run(["sh", "-c", script], capture_output=True, check=False)
        self.assertEqual((ended.returncode, ended.stdout), (1, b""))
