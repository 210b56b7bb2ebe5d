import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='env', cache=hm.forever(env_keys=('B', 'A')))]
