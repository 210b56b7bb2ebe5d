import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='k', cache=hm.forever(env_keys=['constructor', 'toString', '__proto__', 'UNSET']))]
