import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.wait(), hm.sh('make a', label='a'), hm.sh('make b', label='b'), hm.wait()]
