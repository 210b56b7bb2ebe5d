import harmont as hm


@hm.pipeline("vec")
def ci():
    base = hm.sh('make base', label='base')
    return [base.fork(label='x').sh('make x'), base.sh('make x')]
