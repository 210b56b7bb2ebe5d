import harmont as hm


@hm.pipeline("vec", cancel_superseded=False)
def ci():
    return [hm.sh('make a', label='a')]
