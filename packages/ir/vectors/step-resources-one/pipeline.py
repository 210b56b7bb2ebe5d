import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', resources={'memory_gb': 8})]
