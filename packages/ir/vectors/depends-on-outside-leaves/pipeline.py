import harmont as hm


@hm.pipeline("vec")
def ci():
    b = hm.sh('make a', label='a').sh('make b', label='b')
    c = hm.sh('make c', label='c')
    return [c.sh('make d', label='d', depends_on=[b])]
