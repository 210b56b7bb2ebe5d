import harmont as hm


@hm.pipeline("vec", timeout='20m')
def ci():
    return [hm.sh('make a', label='a')]
