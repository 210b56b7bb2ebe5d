import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', cache=hm.forever()).sh('make b', label='b', cache=hm.forever()).sh('make c', label='c', cache=hm.ttl('1m'))]
