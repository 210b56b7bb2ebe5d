import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='Test'), hm.sh('make b', label=':x: test'), hm.sh('make c', label='lint')]
