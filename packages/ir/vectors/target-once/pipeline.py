import harmont as hm


@hm.target()
def base() -> hm.Step:
    return hm.sh('make base', label='base')


@hm.target(name="app")
def application(base: hm.Target[hm.Step]) -> hm.Step:
    return base.sh('make a', label='a')


@hm.pipeline("vec")
def ci(app: hm.Target[hm.Step], base: hm.Target[hm.Step]):
    return [app, base.sh('make b', label='b')]
