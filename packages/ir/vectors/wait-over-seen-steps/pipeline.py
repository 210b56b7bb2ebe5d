import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    return [a, hm.wait(), hm.sh('make b', label='b'), hm.wait(), a, hm.wait(), hm.sh('make c', label='c')]
