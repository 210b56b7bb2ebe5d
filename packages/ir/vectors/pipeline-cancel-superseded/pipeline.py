import harmont as hm


@hm.pipeline("vec", cancel_superseded=True, timeout=60)
def ci():
    return [hm.sh('make a', label='a')]
