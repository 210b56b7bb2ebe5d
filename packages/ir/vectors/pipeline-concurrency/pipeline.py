import harmont as hm


@hm.pipeline("vec", concurrency={'when_full': 'cancel_waiting', 'limit': 2, 'group': '${branch}-${event}'})
def ci():
    return [hm.sh('make a', label='a')]
