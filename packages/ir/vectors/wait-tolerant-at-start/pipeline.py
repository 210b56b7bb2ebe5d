import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.wait(continue_on_failure=True), hm.sh('make a', label='a'), hm.wait(), hm.sh('make b', label='b')]
