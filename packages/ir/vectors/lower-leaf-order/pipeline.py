import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    b = a.sh('make b', label='b')
    c = b.sh('make c', label='c')
    return [c, a.sh('make d', label='d'), b]
