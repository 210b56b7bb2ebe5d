import harmont as hm


@hm.pipeline("vec")
def ci():
    return [[hm.sh('make a', label='a'), [hm.sh('make b', label='b'), [hm.sh('make c', label='c')]]], hm.sh('make d', label='d')]
