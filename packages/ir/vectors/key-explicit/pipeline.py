import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', label='Build it', key='deps')]
