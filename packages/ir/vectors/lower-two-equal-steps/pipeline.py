import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make'), hm.sh('make')]
