import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='k0', cache=hm.on_change("empty")), hm.sh('make', key='k1', cache=hm.on_change("d")), hm.sh('make', key='k2', cache=hm.on_change("*"))]
