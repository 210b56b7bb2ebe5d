import harmont as hm

REPORT = "junit.xml"
RERUN = 'vitest run "$HARMONT_TEST_FILE" -t "$HARMONT_TEST_NAME"'


@hm.pipeline("vec")
def ci():
    return [
        hm.sh("make a", label="a", tests={"report": REPORT, "forks": 0}),
        hm.sh(
            "make b",
            label="b",
            tests={"rerun": RERUN, "budget": "10m", "forks": 20, "report": REPORT},
            artifacts="dist/**",
        ),
    ]
