from datetime import timedelta

import harmont as hm


@hm.pipeline("vec")
def ci():
    return [
        hm.sh("make a", label="a", artifacts=[
            {"path": "dist/**", "expires": "7d", "required": True},
            {"path": "log", "when": "failed", "expires": timedelta(hours=1), "required": False},
        ]),
        hm.sh("make b", label="b", artifacts={"path": "b", "required": True}),
    ]
