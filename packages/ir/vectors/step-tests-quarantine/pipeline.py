import harmont as hm

REPORT = "junit.xml"


@hm.pipeline("vec")
def ci():
    return [
        hm.sh("make a", label="a", tests={"quarantine": True, "report": REPORT, "forks": 3}),
        hm.sh("make b", label="b", tests={"report": REPORT, "quarantine": False}),
    ]
