import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    b = hm.sh('make b', label='b')
    return [a, b, hm.wait(), hm.sh('make c', label='c', depends_on=[b]).sh('make d', label='d', depends_on=[a, a])]
