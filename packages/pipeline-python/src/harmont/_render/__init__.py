"""The child process in which the pipelines of a project are evaluated: `python3 -m harmont._render`."""
