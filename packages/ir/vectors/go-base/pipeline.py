import harmont as hm


@hm.pipeline("vec")
def ci():
    base = hm.sh('make base', label='base')
    return [hm.go(base=base).test()]
