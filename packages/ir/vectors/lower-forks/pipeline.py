import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    x = a.fork(label='x')
    return [x.sh('make b', label='b'), x.sh('make c', label='c'), a.fork().fork().sh('make d', label='d')]
