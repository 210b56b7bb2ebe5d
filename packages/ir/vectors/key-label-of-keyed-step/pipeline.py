import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='unit', key='x'), hm.sh('make b', label='Unit')]
