import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', cache=hm.forever()).sh('make b', label='b').sh('make c', label='c').sh('make d', label='d', cache=hm.forever())]
