import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='k0', cache=hm.on_change("a b")), hm.sh('make', key='k1', cache=hm.on_change("*")), hm.sh('make', key='k2', cache=hm.on_change(".")), hm.sh('make', key='k3', cache=hm.on_change("new*"))]
