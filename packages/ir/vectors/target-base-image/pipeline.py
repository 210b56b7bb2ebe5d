from typing import Annotated

import harmont as hm


@hm.pipeline("vec")
def ci(base: Annotated[hm.Step, hm.BaseImage("node:24")], label: str = "a"):
    return base.sh('make a', label=label).sh('make b', label='b')
