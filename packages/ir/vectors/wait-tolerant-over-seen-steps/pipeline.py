import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    return [a, hm.wait(continue_on_failure=True), hm.sh('make b', label='b'), hm.wait(continue_on_failure=True), a, hm.wait(), hm.sh('make c', label='c')]
