import harmont as hm


@hm.pipeline("vec", resources={'cpu': 4})
def ci():
    return [hm.sh('make a', label='a', resources={'memory_gb': 1}), hm.sh('make b', label='b')]
