import harmont as hm


@hm.pipeline("vec")
def ci():
    return [
        hm.sh("make a", label="a", tests="junit.xml"),
        hm.sh("make b", label="b", tests={"report": "reports/*.xml"}, artifacts="dist/**"),
    ]
