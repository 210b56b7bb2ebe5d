import harmont as hm


@hm.pipeline("vec")
def ci():
    return [
        hm.matrix(
            {"node": [20, 22]},
            lambda cell: hm.split(2, lambda _: hm.sh(f"make test NODE={cell.node}", label="test"), files="test"),
        ),
        hm.split(1, lambda _: hm.matrix({"fast": [True]}, lambda _: hm.sh("make e2e")), files="e2e"),
    ]
