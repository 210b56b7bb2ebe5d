import harmont as hm


@hm.pipeline("vec")
def ci():
    deps = hm.sh("npm ci", label="deps")
    return hm.split(
        2,
        lambda shard: [
            deps.sh("npx vitest", label="test", tests="junit.xml"),
            hm.sh("make e2e", key=shard.name("e2e")),
        ],
        files="test/**/*.test.ts",
    )
