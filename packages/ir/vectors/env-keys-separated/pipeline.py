import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make A=1', key='k', cache=hm.forever()), hm.sh('make', key='l', cache=hm.forever(env_keys=['A', 'B']))]
