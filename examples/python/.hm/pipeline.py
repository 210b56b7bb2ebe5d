import harmont as hm

# A step whose command, files and parent are as they were when it passed is not run again.
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
    # Steps run on this machine's own programs, seen read-only. Name an image to be independent of it.
    default_image="host",
)
def ci():
    return [
        deps.sh(".venv/bin/python -m unittest discover -s tests -t .", label="test", cache=files),
    ]
