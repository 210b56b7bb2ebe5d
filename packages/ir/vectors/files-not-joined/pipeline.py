import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='k0', cache=hm.on_change("a", "a")), hm.sh('make', key='k1', cache=hm.on_change("b", "*", "a"))]
