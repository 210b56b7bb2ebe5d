import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', resources={'disk_gb': 40, 'memory_gb': 8, 'cpu': 2})]
