import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a'), hm.wait(continue_on_failure=True), hm.wait(continue_on_failure=True), hm.sh('make b', label='b'), hm.wait(), hm.sh('make c', label='c')]
