import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    return [a, hm.wait(), a.sh('make b', label='b')]
