import harmont as hm

# With this policy a step that passed runs again when a file of the project, its command or its parent changed.
files = hm.on_change(".")
deps = hm.sh(
    "python3 -m venv .venv && .venv/bin/pip install --disable-pip-version-check -r requirements.txt",
    label="deps",
    cache=hm.on_change("requirements.txt"),
)


@hm.pipeline(
    "python",
    triggers=[hm.push(branch="main"), hm.pull_request()],
    env={"CI": "true"},
    # Steps use this machine's own programs, read-only. Name an image to be independent of the machine.
    default_image="host",
)
def ci():
    return [
        deps.sh(".venv/bin/python -m unittest discover -s tests -t .", label="test", cache=files),
    ]
