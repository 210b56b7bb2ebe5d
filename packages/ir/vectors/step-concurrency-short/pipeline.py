import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', concurrency={'group': 'db'})]
