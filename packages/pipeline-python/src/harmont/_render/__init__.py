"""The child process that evaluates the pipelines of a project: `python3 -m harmont._render`."""
